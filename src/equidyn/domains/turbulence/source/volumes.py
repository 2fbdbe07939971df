"""Coarse and fine velocity fields in a box, for super-resolution."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.data.store import SPLITS, Sampled


@dataclass(frozen=True)
class Volumes(Sampled):
    """Samples of a flow on a coarse and on a fine grid.

    coarse: (sample, frame, 3, z, y, x) float32, (vx, vy, vz) [length / time]; the middle frame is at the time
    of the fine one.
    fine: (sample, 3, Z, Y, X) float32, on a grid a whole number of times as fine; a coarse voxel is the cube of
    those fine ones that it covers, so both grids have one centre.
    simulation: (sample,) int64, which independent simulation it is of.
    ranges: (block, split, 2) int64, samples [start, stop) of each of `splits`.
    attributes: JSON data: "provenance", "checks" (measured properties of the set).
    """

    FORMAT = "equidyn-volumes-2"
    ARRAYS = ("coarse", "fine", "simulation", "ranges")
    PACKED = ("fine",)

    coarse: np.ndarray
    fine: np.ndarray
    simulation: np.ndarray
    ranges: np.ndarray
    attributes: dict[str, Any]
    splits: tuple[str, ...] = SPLITS

    def of(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Coarse and fine fields of one split, of all blocks."""
        rows = self.rows(split)
        return self.coarse[rows], self.fine[rows]
