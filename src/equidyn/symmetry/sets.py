"""Sets of points as arrays (points, dimensions), and the groups that permute their two axes."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from equidyn.symmetry.permutations import PermutationGroup, symmetric, trivial

Move = tuple[np.ndarray, np.ndarray]  # (rows, columns): a permutation of the points, and one of the dimensions


@dataclass(frozen=True)
class SetGroup:
    """A product of two permutation groups, one on each axis of (points, dimensions)."""

    points: PermutationGroup
    dimensions: PermutationGroup

    @property
    def name(self) -> str:
        """For readers: "S_10 x S_5", "S_10" if nothing happens on the other axis, or "trivial"."""
        return " x ".join(group.name for group in (self.points, self.dimensions) if group.order > 1) or "trivial"

    @property
    def order(self) -> int:
        """Number of elements, exact."""
        return self.points.order * self.dimensions.order

    def generators(self) -> list[Move]:
        """Moves of one axis at a time, of which all others are products; empty if the group is trivial."""
        stay = np.arange(self.points.degree), np.arange(self.dimensions.degree)
        return [(g, stay[1]) for g in self.points.generators] + [(stay[0], h) for h in self.dimensions.generators]

    def random(self, count: int, rng: np.random.Generator) -> list[Move]:
        """`count` moves, uniform over the group and independent; raises ValueError as PermutationGroup.random does."""
        return list(zip(self.points.random(count, rng), self.dimensions.random(count, rng), strict=True))


@dataclass(frozen=True)
class SetType:
    """`points` points of `dimensions` numbers each: a tensor of this type has shape (..., points, dimensions).

    group: what permutes them; None: S_n, all orders of the points.
    """

    points: int
    dimensions: int
    group: SetGroup | None = None

    @property
    def acting(self) -> SetGroup:
        """The group itself."""
        return self.group or SetGroup(symmetric(self.points), trivial(self.dimensions))

    @property
    def group_name(self) -> str:
        """What readers call the group."""
        return self.acting.name

    @property
    def order(self) -> int:
        """Number of its elements, exact; they are not numbered."""
        return self.acting.order

    def elements_to_check(self, count: int, rng: np.random.Generator) -> list[Move]:
        """The identity; every generator, which is enough for exact invariance; and `count` random elements."""
        stay = np.arange(self.points), np.arange(self.dimensions)
        return [stay, *self.acting.generators(), *self.acting.random(count, rng)]

    def example_shapes(self) -> dict[str, tuple[int, ...]]:
        """A few sets."""
        return {f"{self.points} x {self.dimensions}": (16, self.points, self.dimensions)}

    def inverse(self, element: Move) -> Move:
        """The move back."""
        rows, columns = element
        return np.argsort(rows), np.argsort(columns)

    def act(self, sets: torch.Tensor, element: Move) -> torch.Tensor:
        """As `moved`."""
        return moved(sets, element)


@dataclass(frozen=True)
class Invariants:
    """`count` numbers that no group element changes, such as logits: a tensor of this type is (..., count).

    Any group acts on them, so that it takes every element of every group.
    """

    count: int
    group_name: ClassVar[str] = "trivial"
    order: ClassVar[int] = 1

    def elements_to_check(self, count: int, rng: np.random.Generator) -> range:
        """The identity."""
        return range(1)

    def example_shapes(self) -> dict[str, tuple[int, ...]]:
        """A few rows."""
        return {f"{self.count}": (4, self.count)}

    def inverse(self, element: Any) -> Any:
        """Any: none changes anything."""
        return element

    def act(self, values: torch.Tensor, element: Any) -> torch.Tensor:
        """The numbers themselves, (..., count); raises ValueError for another number of them."""
        if values.shape[-1] != self.count:
            raise ValueError(f"expected (..., {self.count}) for {self}, got {tuple(values.shape)}")
        return values


def moved(sets: torch.Tensor, move: Move) -> torch.Tensor:
    """The sets with points and dimensions permuted: result[..., i, j] = sets[..., rows[i], columns[j]]. Same shape.

    Raises ValueError if the move permutes other numbers of points or dimensions.
    """
    rows, columns = (torch.from_numpy(permutation).to(sets.device) for permutation in move)
    if sets.shape[-2:] != (len(rows), len(columns)):
        raise ValueError(f"expected (..., {len(rows)}, {len(columns)}) for this move, got {tuple(sets.shape)}")
    return sets.index_select(-2, rows).index_select(-1, columns)
