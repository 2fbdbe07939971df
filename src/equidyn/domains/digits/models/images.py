"""What every network on images declares: what it reads, and what its layers answer, one by one."""

from typing import Any, Protocol

import torch

from equidyn.core.models.network import Network
from equidyn.symmetry.images import ImageType


class Kind(Protocol):
    """How C4 acts on an activation: ImageType, FieldType, or Invariants."""

    def turn(self, values: torch.Tensor, turns: int) -> torch.Tensor:
        """The activation turned counter-clockwise by so many quarter turns."""


class ImageNetwork(Network):
    """A map of images (batch, side, side) through named activations, the last of which is its answer.

    inputs: the type of the images. kinds: name of an activation, in order -> how C4 acts on it, if the layers before
    commute with it by construction, or as it would act on a plain net's features taken as they lie: its feature maps
    as scalar fields. None: no action is known, as of a plain net's numbers.
    strict: whether every activation with a kind is exactly equivariant, or invariant, whatever the weights.
    """

    inputs: ImageType
    kinds: dict[str, Any]

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Every activation of images (batch, side, side), each (batch, ...), named and ordered as `kinds`."""
        raise TypeError(f"{type(self).__name__} must define activations()")

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The last activation."""
        return list(self.activations(images).values())[-1]
