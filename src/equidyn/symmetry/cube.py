"""The 24 rotations of the cube, as signed permutations: of axes, of 3-vectors, of voxels and of their own elements.

Conventions. A volume is an array with axes (..., z, y, x), whose indices grow with the coordinates; a vector has the
components (vx, vy, vz). Rotation g with the matrix R sends a scalar field f to f(R^-1 p), p measured from the centre of
the grid, and a vector field v to R v(R^-1 p). Element 0 is the identity.
"""

from functools import cache
from itertools import permutations, product

import numpy as np

from equidyn.symmetry.actions import Action

ORDER = 24


@cache
def rotations() -> np.ndarray:
    """Matrices of all rotations on (x, y, z), (24, 3, 3) int64: signed permutations of determinant 1."""
    found = []
    for axes, signs in product(permutations(range(3)), product((1, -1), repeat=3)):
        matrix = np.zeros((3, 3), dtype=np.int64)
        matrix[range(3), axes] = signs
        if round(np.linalg.det(matrix)) == 1:
            found.append(matrix)
    return np.stack(found)


@cache
def products() -> np.ndarray:
    """(24, 24) int64: the number of g h, at [g, h]."""
    places = {matrix.tobytes(): number for number, matrix in enumerate(rotations())}
    table = [[places[(first @ second).tobytes()] for second in rotations()] for first in rotations()]
    return np.array(table, dtype=np.int64)


@cache
def inverses() -> np.ndarray:
    """(24,) int64: the number of g^-1, at [g]."""
    return np.argmin(products(), axis=1)  # the identity has the least number of all, 0


def cube_scalar() -> Action:
    """The group on one number: trivially."""
    return Action(np.zeros((ORDER, 1), dtype=np.int64), np.ones((ORDER, 1), dtype=np.int64))


def cube_vector() -> Action:
    """The group on (vx, vy, vz)."""
    source = np.abs(rotations()).argmax(axis=2)
    sign = np.take_along_axis(rotations(), source[..., None], axis=2)[..., 0]
    return Action(source, sign)


def cube_regular() -> Action:
    """The group on functions on itself: (g z)[h] = z[g^-1 h]."""
    source = products()[inverses()]
    return Action(source, np.ones_like(source))


def cube_grid(side: int) -> Action:
    """The group on the voxels of a cube of side^3, flattened as an array (z, y, x)."""
    index = np.arange(side)
    z, y, x = (axis.ravel() for axis in np.meshgrid(index, index, index, indexing="ij"))
    places = 2 * np.stack([x, y, z]) - (side - 1)  # twice the distance from the centre, so that it is whole
    sources = (rotations().transpose(0, 2, 1) @ places + (side - 1)) // 2
    source = (sources[:, 2] * side + sources[:, 1]) * side + sources[:, 0]
    return Action(source, np.ones_like(source))
