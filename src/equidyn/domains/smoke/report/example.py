"""The example rollout that each cell keeps for the report."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Example:
    """The test window with the fastest flow; velocities in units of the data's rms velocity component.

    start: (2, y, x); truth, prediction: (step, 2, y, x).
    """

    start: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray
