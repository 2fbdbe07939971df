"""Names of the 24 rotations of the cube for readers: by their angle and axis."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from equidyn.symmetry.groups import CUBE

# Sort of axis, by how many coordinates it has other than 0 -> what a cube has there.
_SORTS = {0: "identity", 1: "axes", 2: "midlines", 3: "diagonals"}


@dataclass(frozen=True)
class Turn:
    """A rotation: counter-clockwise by `angle` [degrees] as seen from the tip of `axis` (x, y, z), whose first
    coordinate other than 0 is positive; the identity has the angle 0 and the axis (0, 0, 0)."""

    angle: int
    axis: tuple[int, int, int]

    @property
    def sort(self) -> str:
        """Its kind: "identity", or what its axis goes through: "axes" of the grid, "midlines" (from the middle of an
        edge to that of the opposite one) or "diagonals"."""
        return _SORTS[sum(map(abs, self.axis))]

    @property
    def name(self) -> str:
        """Such as "90° about z" or "120° about x+y−z"."""
        if not self.angle:
            return "identity"
        return f"{self.angle}° about {_direction(self.axis)}"


@cache
def turns() -> tuple[Turn, ...]:
    """Angle and axis of every element of CUBE, in its order."""
    return tuple(_turn(matrix) for matrix in CUBE.matrices)


@cache
def sorted_elements() -> tuple[int, ...]:
    """The elements in an order for readers: the identity, then about axes, midlines and diagonals; by axis, angle."""
    sorts = list(_SORTS.values())
    keys = [
        (sorts.index(turn.sort), [-abs(part) for part in turn.axis], turn.axis, turn.angle, element)
        for element, turn in enumerate(turns())
    ]
    return tuple(key[-1] for key in sorted(keys))


def element_name(element: int) -> str:
    """What readers call element 0, 1, ..., 23."""
    return turns()[element].name


def _turn(matrix: np.ndarray) -> Turn:
    """Angle and axis from the trace, and from the part that is antisymmetric (Rodrigues)."""
    angle = {3: 0, 1: 90, 0: 120, -1: 180}[int(np.trace(matrix))]
    if angle == 180:  # R + 1 = 2 a a^T: any column that is not 0 lies along the axis
        doubled = matrix + np.eye(3, dtype=np.int64)
        axis = doubled[:, np.flatnonzero(doubled.any(axis=0))[0]]
    else:
        axis = np.array([matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]])
    first = np.append(np.sign(axis[axis != 0]), 1)[0]
    x, y, z = (int(part) for part in first * np.sign(axis))
    return Turn(angle if first > 0 else 360 - angle, (x, y, z))


def _direction(axis: tuple[int, int, int]) -> str:
    """(1, 0, -1) -> "x−z"."""
    signs = {1: "+", -1: "\N{MINUS SIGN}"}
    return "".join(f"{signs[part]}{name}" for part, name in zip(axis, "xyz", strict=True) if part).removeprefix("+")
