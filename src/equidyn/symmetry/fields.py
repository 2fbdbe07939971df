"""Fields on a regular grid in any dimension: their types, and how a finite group of signed permutations moves them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import torch

from equidyn.symmetry.actions import Action, regular_action, reversed_vector_action, scalar_action, vector_action
from equidyn.symmetry.groups import Group

_ACTIONS = {
    "scalar": scalar_action,
    "vector": vector_action,
    "reversed vector": reversed_vector_action,
    "regular": regular_action,
}
VECTORS = ("vector", "reversed vector")


@dataclass(frozen=True)
class FieldType:
    """`multiplicity` fields of one kind (a key of _ACTIONS) stacked along the channel axis.

    A tensor of this type has shape (..., multiplicity * dimension, y, x), or (..., z, y, x), the components of a field
    side by side.
    """

    group: Group
    kind: str
    multiplicity: int

    refinement: ClassVar[int] = 1
    periodic: ClassVar[bool] = False
    example_sides: ClassVar[Sequence[Sequence[int]]] = ((7, 5, 9), (8, 6, 10))

    @cached_property
    def action(self) -> Action:
        """How the group acts on the components of one field."""
        return _ACTIONS[self.kind](self.group)

    @property
    def group_name(self) -> str:
        """What readers call the group, and on which kind of fields it acts."""
        return f"{self.group.name} on {self.kind}s" if self.kind != "regular" else f"{self.group.name} on itself"

    @property
    def order(self) -> int:
        """Number of group elements."""
        return self.group.order

    @property
    def dimension(self) -> int:
        """Components of one field: 1, the dimension of space, or the order of the group."""
        return self.action.dimension

    @property
    def channels(self) -> int:
        """Length of the channel axis."""
        return self.multiplicity * self.dimension

    def of(self, kind: str, multiplicity: int) -> Self:
        """Other fields on the same grid."""
        return replace(self, kind=kind, multiplicity=multiplicity)

    def as_scalars(self) -> Self:
        """The same numbers, each component taken for a scalar field of its own, which a vector's are not."""
        return self.of("scalar", self.channels)

    def elements_to_check(self, count: int, rng: np.random.Generator) -> Sequence[int]:
        """As of Group."""
        return self.group.elements_to_check(count, rng)

    def example_shapes(self) -> dict[str, tuple[int, ...]]:
        """A grid with odd sides and one with even ones, not equally long if the group allows that."""
        shapes = [self.group.shape_of(sides) for sides in self.example_sides]
        return {" x ".join(map(str, shape)): (1, self.channels, *shape) for shape in shapes}

    def inverse(self, element: int) -> int:
        """The element that undoes this one."""
        return int(self.group.inverses[element])

    def act(self, field: torch.Tensor, element: int) -> torch.Tensor:
        """The field moved by an element of the group, exactly: v becomes g v(g^-1 p), p from the centre of the grid.

        field: (..., channels, y, x), or (..., channels, z, y, x); raises ValueError for another number of channels, and
        for a grid that the group does not map to itself.
        """
        axes = self.group.dimension
        if field.dim() <= axes or field.shape[-axes - 1] != self.channels or not self.group.fits(field.shape[-axes:]):
            expected = f"(..., {self.channels}, {self.group.shape_in_words()})"
            raise ValueError(f"expected {expected} for {self}, got {tuple(field.shape)}")
        moved = moved_grid(field, self.group, element).unflatten(-axes - 1, (self.multiplicity, self.dimension))
        source = torch.from_numpy(self.action.source[element]).to(field.device)
        sign = torch.from_numpy(self.action.sign[element]).to(field)
        moved = moved.index_select(-axes - 1, source) * sign.view(-1, *[1] * axes)
        return moved.flatten(-axes - 2, -axes - 1)


@dataclass(frozen=True)
class BoxType(FieldType):
    """Fields in a box that is seen on several grids, each finer than the last.

    refinement: cells along an edge per cell of the coarsest grid. periodic: whether the box repeats, or ends at walls.
    """

    refinement: int = 1
    periodic: bool = True

    example_sides: ClassVar[Sequence[Sequence[int]]] = ((2, 4, 6), (3, 5, 3))

    def refined(self, refinement: int) -> Self:
        """The same fields on a grid of this refinement."""
        return replace(self, refinement=refinement)


def moved_grid(field: torch.Tensor, group: Group, element: int) -> torch.Tensor:
    """The points (..., y, x) or (..., z, y, x) of a field moved by a group element, its components left alone."""
    source, sign = (part[element] for part in group.axes)
    last = field.dim() - 1  # coordinate c lies along axis last - c
    order = [last - int(coordinate) for coordinate in source[::-1]]
    reversed_axes = [last - coordinate for coordinate in range(group.dimension) if sign[coordinate] < 0]
    return field.permute(*range(last + 1 - group.dimension), *order).flip(reversed_axes)
