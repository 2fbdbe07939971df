"""How a group acts on inputs and answers, from the names that users give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import GroupAction
from equidyn.symmetry.groups import C2, C4, CUBE, D4, Group, generated
from equidyn.symmetry.sets import Invariants, SetType

GROUPS = {group.name: group for group in (C2, C4, D4, generated("mirror", [[[-1, 0], [0, 1]]]))} | {"cube": CUBE}
SETS = "S_n"
FIELDS = ("scalar", "vector", "regular")
NUMBERS = ("invariant", "logits")

Move = Callable[[torch.Tensor], torch.Tensor]
Of = str | Group | Sequence[Move]  # a group
Kind = str | Sequence[str] | Sequence[Move] | None


@dataclass(frozen=True)
class Fields:
    """Fields of several types side by side along the channel axis, such as a velocity and a pressure."""

    parts: tuple[FieldType, ...]

    def act(self, values: torch.Tensor, element: int) -> torch.Tensor:
        """Each moved as what it is; raises ValueError for another number of channels, or a grid that does not fit."""
        return self.each(values, lambda part, kind: kind.act(part, element))

    def inverse(self, element: int) -> int:
        """The element that undoes this one."""
        return self.parts[0].inverse(element)

    def each(self, values: torch.Tensor, move: Callable[[torch.Tensor, FieldType], torch.Tensor]) -> torch.Tensor:
        """`move` of the channels of each type."""
        channels = -self.parts[0].group.dimension - 1
        pieces = values.split([kind.channels for kind in self.parts], dim=channels)
        return torch.cat([move(*pair) for pair in zip(pieces, self.parts, strict=True)], dim=channels)


@dataclass(frozen=True)
class Points:
    """Sets whose points are permuted, by rows of indices, whatever the dimensions of a point."""

    kind: SetType

    def act(self, values: torch.Tensor, element: np.ndarray) -> torch.Tensor:
        """The sets in another order; raises ValueError for another number of points or dimensions."""
        return self.kind.act(values, (element, np.arange(self.kind.dimensions)))

    def inverse(self, element: np.ndarray) -> np.ndarray:
        """The order that undoes this one."""
        return np.argsort(element)


@dataclass(frozen=True)
class Listed:
    """Functions of a tensor, by number."""

    moves: Sequence[Move]
    example: torch.Tensor

    def act(self, values: torch.Tensor, element: int) -> torch.Tensor:
        """What the function makes of the values."""
        return self.moves[element](values)

    def inverse(self, element: int) -> int:
        """The number of the function that undoes this one; raises ValueError if none does."""
        there = self.moves[element](self.example)
        for number, move in enumerate(self.moves):
            back = move(there)
            if back.shape == self.example.shape and torch.allclose(back, self.example):
                return number
        raise ValueError(f"group: no function of the list undoes number {element}; a group has all inverses")


def grouped(group: Of) -> Group | Sequence[Move] | str:
    """The group that is meant."""
    if isinstance(group, str) and group != SETS:
        if group not in GROUPS:
            raise ValueError(f"group: expected {', '.join(GROUPS)}, {SETS}, or a list of functions, got {group!r}")
        return GROUPS[group]
    if not isinstance(group, str | Group) and not (len(group) and all(map(callable, group))):
        raise ValueError("group: expected a list of functions, each of which moves a batch")
    return group


def action(what: str, kind: Kind, values: torch.Tensor, group: Group | Sequence[Move] | str) -> GroupAction:
    """How the group acts on values of a kind; `what` names them in errors: "inputs" or "outputs"."""
    if isinstance(kind, str) and kind in NUMBERS:
        return Invariants(values.shape[-1])
    if not isinstance(group, str | Group):
        return Listed(_moves(what, kind, group), values)
    if group == SETS:
        return _of_sets(what, kind, values)
    if kind == "set":
        raise ValueError(f"{what}: sets are permuted by {SETS}, not by {group.name}; fields are {', '.join(FIELDS)}")
    return fields(what, kind, values, group)


def fields(what: str, kind: Kind, values: torch.Tensor, group: Group) -> Fields:
    """Fields of (batch, channels, y, x), or (batch, channels, z, y, x), as the group takes them."""
    axes = group.dimension
    if values.dim() != axes + 2 or not group.fits(values.shape[2:]):
        expected = f"(batch, channels, {group.shape_in_words()})"
        raise ValueError(f"{what}: {group.name} acts on fields {expected}, got {tuple(values.shape)}")
    names, channels = [kind] if isinstance(kind, str) else list(kind or ()), values.shape[1]
    if not names or not set(names) <= set(FIELDS):
        raise ValueError(f"{what}: expected one of {(*FIELDS, *NUMBERS, 'set')}, or a list of fields, got {kind!r}")
    one = [FieldType(group, name, 1) for name in names]
    size = sum(part.channels for part in one)
    if channels % size or (len(one) > 1 and channels != size):
        raise ValueError(f"{what}: {kind!r} takes {size} channels{'' if len(one) > 1 else ' each'}, got {channels}")
    return Fields(tuple(one) if len(one) > 1 else (one[0].of(names[0], channels // size),))


def elements_of(kind: GroupAction, group: Group | Sequence[Move] | str, count: int) -> tuple[Sequence[Any], bool]:
    """Elements, the identity first if the group is no list of functions, and whether they are all; of a group of sets
    with more than `count` others, so many random ones, always the same."""
    if isinstance(group, Group):
        return range(group.order), True
    if not isinstance(group, str):
        return range(len(group)), True
    if not isinstance(kind, Points):
        raise ValueError(f"inputs: {SETS} permutes the points of sets; say inputs='set'")
    orders = kind.kind.acting.points
    if orders.order <= count + 1:
        return orders.elements(), True
    return [np.arange(orders.degree), *orders.random(count, np.random.default_rng(0))], False


def _moves(what: str, kind: Kind, group: Sequence[Move]) -> Sequence[Move]:
    """Of inputs the list itself; of outputs a list of their own."""
    if what == "inputs":
        return group
    if kind is None or isinstance(kind, str) or len(kind) != len(group) or not all(map(callable, kind)):
        raise ValueError(f"outputs: with a list of functions for inputs, expected one of {len(group)} functions for "
                         f"outputs, in the same order, or one of {NUMBERS}")  # fmt: skip
    return kind


def _of_sets(what: str, kind: Kind, values: torch.Tensor) -> Points:
    if kind != "set":
        raise ValueError(f"{what}: {SETS} permutes sets; expected 'set' or one of {NUMBERS}, got {kind!r}")
    if values.dim() != 3:
        raise ValueError(f"{what}: sets are (batch, points, dimensions), got {tuple(values.shape)}")
    return Points(SetType(*values.shape[1:]))
