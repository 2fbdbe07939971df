"""Finite groups acting by signed permutations: the one small idea on which every symmetric map here is built."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equidyn.symmetry.groups import Group


@dataclass(frozen=True)
class Action:
    """A group acting on R^n: (g x)[i] = sign[g, i] * x[source[g, i]].

    source: (|G|, n) int64; sign: (|G|, n) int64 of +1 and -1. Row 0 is the identity.
    """

    source: np.ndarray
    sign: np.ndarray

    @property
    def order(self) -> int:
        """Number of group elements."""
        return self.source.shape[0]

    @property
    def dimension(self) -> int:
        """n, the dimension of the space acted on."""
        return self.source.shape[1]

    def matrices(self) -> np.ndarray:
        """The representation as (|G|, n, n) float64 matrices."""
        matrices = np.zeros((self.order, self.dimension, self.dimension))
        element, row = np.indices(self.source.shape)
        matrices[element, row, self.source] = self.sign
        return matrices

    def __matmul__(self, other: "Action") -> "Action":
        """Tensor product: the action on R^n (x) R^m, index i * m + j."""
        source = self.source[:, :, None] * other.dimension + other.source[:, None, :]
        sign = self.sign[:, :, None] * other.sign[:, None, :]
        return Action(source.reshape(self.order, -1), sign.reshape(self.order, -1))

    def __add__(self, other: "Action") -> "Action":
        """Direct sum: the action on R^(n + m)."""
        source = np.concatenate([self.source, other.source + self.dimension], axis=1)
        return Action(source, np.concatenate([self.sign, other.sign], axis=1))


def scalar_action(group: Group, count: int = 1) -> Action:
    """The group on so many numbers: trivially."""
    source = np.tile(np.arange(count), (group.order, 1))
    return Action(source, np.ones_like(source))


def vector_action(group: Group) -> Action:
    """The group on (vx, vy) or (vx, vy, vz): by its matrices."""
    return Action(*group.axes)


def reversed_vector_action(group: Group) -> Action:
    """The group on vectors by S g S, S the reflection of y: where a place turns by theta, its vector turns by -theta.

    No velocity has this symmetry; half turns of the plane alone are what they are.
    """
    source, sign = group.axes
    reflection = np.where(np.arange(group.dimension) == 1, -1, 1)
    return Action(source, sign * reflection * reflection[source])


def regular_action(group: Group) -> Action:
    """The group on functions on itself: (g z)[h] = z[g^-1 h]."""
    source = group.products[group.inverses]
    return Action(source, np.ones_like(source))


def grid_action(group: Group, shape: int | Sequence[int]) -> Action:
    """The group on the points of a grid, flattened as an array (..., y, x): (g f)(p) = f(g^-1 p), p from the centre.

    shape: lengths of the axes of that array, or one for all. Raises ValueError if the group does not map the grid to
    itself: axes that it exchanges must be equally long.
    """
    lengths = (shape,) * group.dimension if isinstance(shape, int) else tuple(shape)
    if not group.fits(lengths):
        raise ValueError(f"{group.name} acts on grids ({group.shape_in_words()}), not on {lengths}")
    ends = np.array(lengths)[::-1, None] - 1  # by coordinate, as `points`: x is the last axis
    points = 2 * np.indices(lengths).reshape(group.dimension, -1)[::-1] - ends  # twice p, so that it is whole
    sources = (group.matrices.transpose(0, 2, 1) @ points + ends) // 2  # g^-1 p, as indices
    source = np.ravel_multi_index(tuple(sources[:, ::-1].swapaxes(0, 1)), lengths)
    return Action(source, np.ones_like(source))
