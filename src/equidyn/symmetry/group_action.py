"""What every type on which a group acts has in common; orbits, and the way back.

With it equivariance error, decomposition and `equidyn check` know no kind of data and no kind of group.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch


class GroupAction(Protocol):
    """A type of tensors on which a group acts: finite, or one that can only be sampled.

    What an element is, is for the group to choose. Of a finite group that is listed it is a number from 0 to order - 1,
    and 0 is the identity; types of the same group understand each other's elements.
    """

    @property
    def group_name(self) -> str:
        """What readers call the group, and what it acts on, if they must be told."""

    @property
    def order(self) -> int | None:
        """Number of its elements; None if they cannot be counted."""

    def elements_to_check(self, count: int, rng: np.random.Generator) -> Sequence[Any]:
        """Elements on which a symmetry is checked, the identity first.

        All of a small group; generators, and `count` random elements, of a larger one; `count` random ones of a group
        without generators.
        """

    def example_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of small batches on which a symmetry is checked, by what readers call them."""

    def inverse(self, element: Any) -> Any:
        """The element that undoes this one."""

    def act(self, values: torch.Tensor, element: Any) -> torch.Tensor:
        """The tensor moved by a group element; the same shape."""


def orbit(values: torch.Tensor, kind: GroupAction, elements: Sequence[Any] | None = None) -> torch.Tensor:
    """A tensor moved by each element, stacked in front: (elements, ...). None: by all of a group that is listed."""
    return torch.stack([kind.act(values, element) for element in _all(kind, elements)])


def pull_back(outputs: torch.Tensor, kind: GroupAction, elements: Sequence[Any] | None = None) -> torch.Tensor:
    """g^-1 applied to outputs[g], one for each element: brings the answers to moved inputs into one frame."""
    chosen = _all(kind, elements)
    return torch.stack(
        [kind.act(output, kind.inverse(element)) for output, element in zip(outputs, chosen, strict=True)]
    )


def _all(kind: GroupAction, elements: Sequence[Any] | None) -> Sequence[Any]:
    if elements is not None:
        return elements
    if kind.order is None:
        raise ValueError(f"{kind.group_name} cannot be listed: name elements of it")
    return range(kind.order)
