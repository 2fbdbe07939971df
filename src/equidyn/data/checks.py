"""What is measured of every smoke set while it is made, stored with it and printed on its card."""

import math
from typing import Any

import numpy as np
import torch

from equidyn.data.scenes import DIRECTION_NAMES
from equidyn.data.store import SPLITS, component_rms
from equidyn.symmetry.error import equivariance_error
from equidyn.symmetry.fields import FieldType, orbit_back

VECTOR = FieldType("vector", 1)
TABLED = slice(10, -1)  # of the kept frames, those over which the published table of levels was taken [W22]


def by_direction(fields: np.ndarray) -> torch.Tensor:
    """(simulation, ...) in the order of Simulations -> (4, scene, ...)."""
    return torch.from_numpy(fields).unflatten(0, (-1, 4)).transpose(0, 1)


def disagreement(velocity: np.ndarray) -> float:
    """Largest difference of any component between a scene's four directions, all turned back to "up".

    velocity: (simulation, 2, y, x). 0 up to rounding if, and only if, the four are turns of each other.
    """
    back = orbit_back(by_direction(velocity), VECTOR)
    return (back - back[:1]).abs().max().item()


def error_of_frames(velocity: np.ndarray) -> dict[str, float | None]:
    """Equivariance error of the data: direction g is f(g x); a sample is one frame of one scene.

    velocity: (simulation, time, 2, y, x) [length / time]. `relative` is None where "up" is at rest (eps = 1).
    """
    found = equivariance_error(by_direction(velocity).flatten(1, 2), VECTOR)
    return {name: value if math.isfinite(value) else None for name, value in found.items()}


def speed(velocity: np.ndarray) -> np.ndarray:
    """|v|, (simulation, time, y, x) from (simulation, time, 2, y, x)."""
    return np.sqrt(np.square(velocity, dtype=np.float64).sum(axis=2))


def measure(velocity: np.ndarray, ranges: np.ndarray) -> dict[str, Any]:
    """Equivariance error, mean speed, and per split the root mean square of a velocity component [length / time].

    velocity: (simulation, time, 2, y, x); ranges: (simulation, split, 2), as in store.Dataset.
    """
    mean = speed(velocity).mean(axis=(1, 2, 3))
    return {
        "equivariance": error_of_frames(velocity),
        "mean_speed": float(mean.mean()),
        "mean_speed_by_direction": {name: float(mean[turns::4].mean()) for turns, name in enumerate(DIRECTION_NAMES)},
        "rms": {name: component_rms(velocity, ranges[:, column]) for column, name in enumerate(SPLITS)},
    }


def published_table_entry(velocity: np.ndarray) -> float | None:
    """The number that the published table of levels E_k holds for such a set; None if it has too few frames."""
    frames = velocity[:, TABLED]
    return error_of_frames(frames)["published"] if frames.shape[1] else None
