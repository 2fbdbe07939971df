"""What is measured of every set while it is made, stored with it and printed on its card."""

import math
from typing import Any

import numpy as np
import torch

from equidyn.domains.smoke.source.fields import Fields, component_rms
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES
from equidyn.symmetry.error import equivariance_error
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import pull_back
from equidyn.symmetry.groups import C4

VECTOR = FieldType(C4, "vector", 1)
TABLED = slice(10, -1)  # of the kept frames, those over which the published table of levels was taken [W22]
FORMS = ("absolute", "relative", "pairwise", "published")  # of the equivariance error


def turned_sets(scene: np.ndarray, direction: np.ndarray) -> np.ndarray | None:
    """Which simulations are one scene in four directions: (4, scene) int64 of indices, row by direction.

    scene, direction: (simulation,). None unless every scene was simulated once in each direction: only then does a
    set have an equivariance error.
    """
    order = np.lexsort((direction, scene))
    if len(order) % 4:
        return None
    sets = order.reshape(-1, 4).T
    whole = (direction[sets] == np.arange(4)[:, None]).all() and (scene[sets] == scene[sets[0]]).all()
    return sets if whole else None


def by_direction(fields: np.ndarray, sets: np.ndarray) -> torch.Tensor:
    """(simulation, ...) -> (4, scene, ...), sets: as from `turned_sets`."""
    return torch.from_numpy(fields[sets])


def disagreement(velocity: np.ndarray, sets: np.ndarray) -> float:
    """Largest difference of any component between a scene's four directions, all turned back to "up".

    velocity: (simulation, 2, y, x). 0 up to rounding if, and only if, the four are turns of each other.
    """
    back = pull_back(by_direction(velocity, sets), VECTOR)
    return (back - back[:1]).abs().max().item()


def error_of_frames(velocity: np.ndarray, sets: np.ndarray | None) -> dict[str, float | None]:
    """Equivariance error of the data: direction g is f(g x); a sample is one frame of one scene.

    velocity: (simulation, time, 2, y, x) [length / time]. `relative` is None where "up" is at rest (eps = 1); all are
    None where there are no simulations to compare (sets is None).
    """
    if sets is None:
        return dict.fromkeys(FORMS)
    found = equivariance_error(by_direction(velocity, sets).flatten(1, 2), VECTOR)
    return {name: value if math.isfinite(value) else None for name, value in found.items()}


def speed(velocity: np.ndarray) -> np.ndarray:
    """|v|, (..., y, x) float64 from (..., 2, y, x)."""
    return np.sqrt(np.square(velocity, dtype=np.float64).sum(axis=-3))


def mean_speeds(velocity: np.ndarray) -> np.ndarray:
    """Mean |v| of each simulation and frame, (simulation, time) float64, without a copy of the whole set."""
    return np.stack([speed(simulation).mean(axis=(1, 2)) for simulation in velocity])


def measure(dataset: Fields) -> dict[str, Any]:
    """Equivariance error, mean speed, and per split the root mean square of a velocity component [length / time]."""
    mean = mean_speeds(dataset.velocity).mean(axis=1)
    present = np.unique(dataset.direction)
    by_side = {DIRECTION_NAMES[turns]: float(mean[dataset.direction == turns].mean()) for turns in present}
    spans = dict(zip(dataset.splits, dataset.ranges.swapaxes(0, 1), strict=True))
    return {
        "equivariance": error_of_frames(dataset.velocity, turned_sets(dataset.scene, dataset.direction)),
        "mean_speed": float(mean.mean()),
        "mean_speed_by_direction": by_side,
        "rms": {name: component_rms(dataset.velocity, each) for name, each in spans.items()},
    }


def published_table_entry(dataset: Fields) -> float | None:
    """The number that the published table of levels E_k holds for such a set; None if it has too few frames."""
    frames, sets = dataset.velocity[:, TABLED], turned_sets(dataset.scene, dataset.direction)
    return error_of_frames(frames, sets)["published"] if frames.shape[1] else None
