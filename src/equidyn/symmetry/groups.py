"""Finite groups of signed permutations of the axes of a grid: quarter turns, reflections, rotations of the cube, any.

Conventions. A matrix acts on coordinates and vectors (x, y) or (x, y, z); arrays have axes (..., y, x), or
(..., z, y, x), whose indices grow with the coordinates. So a counter-clockwise quarter turn of the plane sends a vector
(vx, vy) to (-vy, vx), and moves pixels by `rot90(k=-1)` on (y, x). Really rotated simulations agree under this action
(tests/oracle); under its inverse they differ by a sign at 90 and 270 degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations, product

import numpy as np

SMALL = 8  # elements of a group that are all looked at


@dataclass(frozen=True, eq=False)
class Group:
    """A finite group of signed permutations of d axes. Two are equal if their matrices are.

    name: for readers, such as "C4". matrices: (|G|, d, d) int64; number 0 is the identity.
    """

    name: str
    matrices: np.ndarray

    @property
    def order(self) -> int:
        """Number of elements."""
        return len(self.matrices)

    @property
    def dimension(self) -> int:
        """d, the number of axes."""
        return self.matrices.shape[-1]

    @cached_property
    def products(self) -> np.ndarray:
        """(|G|, |G|) int64: the number of g h, at [g, h]."""
        numbers = {matrix.tobytes(): number for number, matrix in enumerate(self.matrices)}
        table = self.matrices[:, None] @ self.matrices[None]
        return np.array([[numbers[matrix.tobytes()] for matrix in row] for row in table])

    @cached_property
    def inverses(self) -> np.ndarray:
        """(|G|,) int64: the number of g^-1, at [g]."""
        return np.argmin(self.products, axis=1)  # the identity has the least number of all, 0

    @cached_property
    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        """(source, sign), both (|G|, d) int64: g sends v to the vector with the components sign[g] * v[source[g]]."""
        source = np.abs(self.matrices).argmax(axis=2)
        return source, np.take_along_axis(self.matrices, source[..., None], axis=2)[..., 0]

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether every element maps an array (..., y, x) of this shape, one length per axis, to one of the same."""
        lengths = np.array(shape)[::-1]  # by coordinate: x is the last axis
        return len(lengths) == self.dimension and bool((lengths[self.axes[0]] == lengths).all())

    def shape_of(self, lengths: Sequence[int]) -> tuple[int, ...]:
        """A shape that fits, one length per axis of an array (..., y, x): that of the first axis of those exchanged."""
        exchanged = (self.matrices != 0).any(axis=0)[::-1, ::-1]
        return tuple(lengths[first] for first in exchanged.argmax(axis=1))

    def shape_in_words(self) -> str:
        """What shapes fit: "n, n" if the axes are exchanged, "y, x" if not."""
        exchanged = (self.matrices != 0).any(axis=0).sum(axis=1) > 1
        names = ["n" if tied else name for name, tied in zip("xyzw", exchanged, strict=False)]
        return ", ".join(reversed(names))

    @cached_property
    def generators(self) -> tuple[int, ...]:
        """Numbers of elements, as few as can be, of which all others are products."""
        sizes = range(self.order)
        chosen = (some for size in sizes for some in combinations(range(1, self.order), size))
        return next(some for some in chosen if len(self._products_of(some)) == self.order)

    def elements_to_check(self, count: int, rng: np.random.Generator) -> list[int]:
        """All of a small group; else the identity, generators, which are enough for exactness, and `count` others."""
        if self.order <= SMALL:
            return list(range(self.order))
        return [0, *self.generators, *rng.integers(self.order, size=count).tolist()]

    def _products_of(self, elements: Sequence[int]) -> np.ndarray:
        made = np.array([0])
        while True:
            more = np.union1d(self.products[np.ix_(elements, made)], made) if elements else made
            if len(more) == len(made):
                return made
            made = more

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Group) and np.array_equal(self.matrices, other.matrices)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.matrices.shape, self.matrices.tobytes()))


def generated(name: str, generators: Sequence[Sequence[Sequence[int]]]) -> Group:
    """All products of signed permutation matrices, each (d, d), the identity first.

    The powers of a single generator come in their order. Raises ValueError for another matrix.
    """
    given = np.array(generators, dtype=np.int64)
    one = np.eye(given.shape[-1], dtype=np.int64)
    if not (given @ given.transpose(0, 2, 1) == one).all():  # integers with orthonormal rows
        raise ValueError(f"{name}: generators must be permutation matrices with entries 1 or -1")
    found = fresh = {one.tobytes(): one}
    while fresh:
        ways = [generator @ matrix for matrix in fresh.values() for generator in given]
        fresh = {matrix.tobytes(): matrix for matrix in ways if matrix.tobytes() not in found}
        found = found | fresh
    return Group(name, np.stack(list(found.values())))


def _cube() -> np.ndarray:
    """Signed permutations of three axes of determinant 1."""
    found = []
    for axes, signs in product(permutations(range(3)), product((1, -1), repeat=3)):
        matrix = np.zeros((3, 3), dtype=np.int64)
        matrix[range(3), axes] = signs
        if round(np.linalg.det(matrix)) == 1:
            found.append(matrix)
    return np.stack(found)


_REFLECTION = np.array([[-1, 0], [0, 1]])  # of x: it negates one component of a vector

C2 = generated("C2", [[[-1, 0], [0, -1]]])  # half turns of the plane, of rectangles too
C4 = generated("C4", [[[0, -1], [1, 0]]])  # element k is k counter-clockwise quarter turns
D4 = Group("D4", np.concatenate([C4.matrices, C4.matrices @ _REFLECTION]))  # C4; then reflect x, and turn
CUBE = Group("cube rotations", _cube())
