"""What every type of field that a finite group acts on has in common; the orbit of a field, and the way back."""

from typing import Protocol

import torch


class GroupAction(Protocol):
    """A type of field on which a finite group acts; its elements are 0 to order - 1, and 0 is the identity."""

    @property
    def order(self) -> int:
        """Number of group elements."""

    def inverse(self, element: int) -> int:
        """The element that undoes this one."""

    def turn(self, field: torch.Tensor, element: int) -> torch.Tensor:
        """The field moved by a group element; the same shape."""


def orbit(field: torch.Tensor, kind: GroupAction) -> torch.Tensor:
    """A field moved by each element, stacked in front: (|G|, ...)."""
    return torch.stack([kind.turn(field, element) for element in range(kind.order)])


def pull_back(outputs: torch.Tensor, kind: GroupAction) -> torch.Tensor:
    """g^-1 applied to outputs[g]: brings the answers to |G| turned questions into one frame. Same shape."""
    return torch.stack([kind.turn(outputs[element], kind.inverse(element)) for element in range(kind.order)])
