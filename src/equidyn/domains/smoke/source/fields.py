"""Simulated vector fields: the datasets of this domain, whatever their source."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from equidyn.core.data.store import SPLITS, Stored


@dataclass(frozen=True)
class Fields(Stored):
    """Simulated vector fields.

    velocity: (simulation, time, 2, y, x) float32, cell-centred (vx, vy) [length / time]; row index grows with y.
    scene: (simulation,) int64, index of the independent scene.
    direction: (simulation,) int64, quarter turns (counter-clockwise) of the scene's inflow and buoyancy.
    ranges: (simulation, split, 2) int64, frames [start, stop) of each of `splits`; (0, 0) where a split has none.
    attributes: JSON data: "provenance", "checks" (measured properties of the set).
    density: (simulation, time, y, x) float32, the smoke that rises; None for fields that carry none.
    splits: names of the splits in `ranges`; the test splits come last.
    block: (simulation,) int64, ascending, the block that each simulation is of; None where all seeds share them.
    """

    FORMAT = "equidyn-fields-2"
    ARRAYS = ("velocity", "scene", "direction", "ranges")
    OPTIONAL = ("density", "block")
    PACKED = ("velocity", "density")

    velocity: np.ndarray
    scene: np.ndarray
    direction: np.ndarray
    ranges: np.ndarray
    attributes: dict[str, Any]
    density: np.ndarray | None = None
    splits: tuple[str, ...] = SPLITS
    block: np.ndarray | None = None

    @property
    def blocks(self) -> int:
        """How many blocks the simulations are of."""
        return 1 if self.block is None else int(self.block[-1]) + 1

    def _part(self, block: int) -> Self:
        chosen = slice(*np.searchsorted(self.block, [block, block + 1]))
        parts = {name: array[chosen] for name, array in self.arrays().items()}
        return replace(self, **parts | {"block": None})


def component_rms(velocity: np.ndarray, spans: np.ndarray) -> float:
    """Root mean square of a velocity component over the frames of one split.

    velocity: (simulation, time, 2, y, x); spans: (simulation, 2), frames [start, stop).
    """
    parts = [velocity[simulation, start:stop].ravel() for simulation, (start, stop) in enumerate(spans)]
    return float(np.sqrt(np.square(np.concatenate(parts), dtype=np.float64).mean()))
