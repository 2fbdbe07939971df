"""The slice of a test box that each cell keeps for the report."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Slices:
    """The middle slice of a test box at the time of the fine frame; velocities over the rms one of the training data.

    input: (3, y, x), the middle coarse frame; truth, prediction, trilinear: (3, Y, X), fine. Components (vx, vy, vz).
    """

    input: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray
    trilinear: np.ndarray
