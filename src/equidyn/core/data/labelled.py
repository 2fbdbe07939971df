"""Samples with a class each: sets of vectors, images."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.data.store import SPLITS, Sampled


@dataclass(frozen=True)
class Labelled(Sampled):
    """Samples with labels.

    inputs: (sample, ...) float32. labels: (sample,) int64, the class of each.
    ranges: (block, split, 2) int64, samples [start, stop) of each of `splits`.
    attributes: JSON data: "provenance", "checks" (measured properties of the set), and "draws" where an epoch of
    training may draw samples anew.
    """

    FORMAT = "equidyn-labelled-2"
    ARRAYS = ("inputs", "labels", "ranges")

    inputs: np.ndarray
    labels: np.ndarray
    ranges: np.ndarray
    attributes: dict[str, Any]
    splits: tuple[str, ...] = SPLITS

    def of(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and labels of one split, of all blocks."""
        rows = self.rows(split)
        return self.inputs[rows], self.labels[rows]
