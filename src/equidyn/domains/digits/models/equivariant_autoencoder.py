"""equivariant_autoencoder: every layer commutes with quarter turns, so that turned images come out as upright ones do.

The layers of `autoencoder`, with the hidden numbers and the latent ones as small images that C4 turns.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from equidyn.core.params.types import SquareInt
from equidyn.domains.digits.models.autoencoder_base import Affine, AutoEncoder
from equidyn.domains.digits.models.orbit_linear import OrbitLinear
from equidyn.symmetry.actions import Action
from equidyn.symmetry.images import ImageType


class EquivariantCoder(AutoEncoder):
    """Equivariant affine maps; ELU acts on each number alone, so it commutes with turns too.

    more: (inputs, outputs) of the maps that a subclass adds. init: see OrbitLinear; as published the four layers have
    one bias each.
    """

    strict = True

    def __init__(
        self,
        inputs: ImageType,
        hidden: ImageType,
        latent: ImageType,
        init: str,
        more: Sequence[tuple[Action, Action]] = (),
    ) -> None:
        super().__init__(inputs, latent.pixels, (hidden, latent))
        widths = [kind.action for kind in (inputs, hidden, latent, hidden, inputs)]
        self.layers = OrbitLinear([*pairwise(widths), *more], init, constant=4 if init == "published" else 0)

    def maps(self) -> list[Affine]:
        """Expanded from their orbits."""
        return self.layers.maps()


def small_image(count: int) -> ImageType:
    """The square image of `count` pixels."""
    return ImageType(math.isqrt(count))


def build(
    inputs: ImageType,
    outputs: ImageType,
    *,
    hidden: SquareInt = 36,
    latent: SquareInt = 9,
    init: Literal["published", "scaled"] = "published",
) -> EquivariantCoder:
    """pixels - `hidden` - `latent` - `hidden` - pixels; init: see OrbitLinear."""
    return EquivariantCoder(inputs, small_image(hidden), small_image(latent), init)
