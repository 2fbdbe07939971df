"""Samples with a class each: sets of vectors, images."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.data.store import SPLITS, Stored


@dataclass(frozen=True)
class Labelled(Stored):
    """Samples with labels.

    inputs: (sample, ...) float32. labels: (sample,) int64, the class of each.
    ranges: (split, 2) int64, samples [start, stop) of each of `splits`.
    attributes: JSON data: "provenance", "checks" (measured properties of the set), and "draws" where an epoch of
    training may draw samples anew.
    """

    FORMAT = "equidyn-labelled-1"
    ARRAYS = ("inputs", "labels", "ranges")

    inputs: np.ndarray
    labels: np.ndarray
    ranges: np.ndarray
    attributes: dict[str, Any]
    splits: tuple[str, ...] = SPLITS

    def of(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and labels of one split."""
        start, stop = self.ranges[self.splits.index(split)]
        return self.inputs[start:stop], self.labels[start:stop]
