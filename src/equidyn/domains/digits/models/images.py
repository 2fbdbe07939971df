"""What every network on images declares: what it reads, and what its layers put out, one by one."""

import torch

from equidyn.core.models.network import Network
from equidyn.symmetry.images import ImageType


class ImageNetwork(Network):
    """A map of images (batch, side, side) through named activations, the last of which is its output.

    inputs: the type of the images. strict: whether every activation with a kind is exactly equivariant, or invariant,
    whatever the weights.
    """

    inputs: ImageType

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The last activation."""
        return list(self.activations(images).values())[-1]
