"""What to simulate: the plan of a set, whatever study it belongs to."""

from dataclasses import dataclass

import numpy as np

DIRECTION_NAMES = ("up", "left", "down", "right")  # in which smoke rises, after 0, 1, 2, 3 counter-clockwise turns


@dataclass(frozen=True)
class Simulations:
    """What to simulate, one row per simulation.

    inflow: (simulation, 2) float64, centre (x, y) [length units].
    buoyancy: (simulation, 2) float64, velocity (x, y) gained per step and unit of smoke [length / time].
    scene, direction: (simulation,) int64; simulations of one scene differ in direction, and perhaps in buoyancy.
    """

    inflow: np.ndarray
    buoyancy: np.ndarray
    scene: np.ndarray
    direction: np.ndarray


def turned(vector: np.ndarray, turns: int) -> np.ndarray:
    """(x, y) turned counter-clockwise by quarter turns, exactly."""
    for _ in range(turns):
        vector = np.array([-vector[1], vector[0]])
    return vector
