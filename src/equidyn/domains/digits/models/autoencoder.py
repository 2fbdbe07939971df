"""autoencoder: a plain auto-encoder on the pixels of an image, row by row. It imposes nothing."""

from itertools import pairwise

from torch import nn

from equidyn.core.models.dense import Dense
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.models.autoencoder_base import Affine, AutoEncoder
from equidyn.symmetry.images import ImageType


class PlainCoder(AutoEncoder):
    """Four free affine maps."""

    def __init__(self, inputs: ImageType, hidden: int, latent: int) -> None:
        super().__init__(inputs, latent)
        widths = [inputs.pixels, hidden, latent, hidden, inputs.pixels]
        self.layers = nn.ModuleList(Dense(*pair) for pair in pairwise(widths))

    def maps(self) -> list[Affine]:
        """The weights themselves."""
        return [(layer.weight, layer.bias) for layer in self.layers]


def build(inputs: ImageType, outputs: ImageType, *, hidden: PositiveInt = 36, latent: PositiveInt = 9) -> PlainCoder:
    """pixels - `hidden` - `latent` - `hidden` - pixels."""
    return PlainCoder(inputs, hidden, latent)
