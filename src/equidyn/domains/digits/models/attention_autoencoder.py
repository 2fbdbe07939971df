"""attention_autoencoder: the equivariant auto-encoder, with attention over the four turns of the latent image.

The weights of the turns are a softmax (Vaswani et al. 2017, arXiv 1706.03762) of how well each fits a learned query.
Turning the image permutes the turns of its latent, and the weights with them; so what they pool is invariant.
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import SquareInt
from equidyn.domains.digits.models.autoencoder_base import Affine, layer
from equidyn.domains.digits.models.equivariant_autoencoder import EquivariantCoder, small_image
from equidyn.symmetry.actions import Action
from equidyn.symmetry.images import ImageType

SMALL = 0.01  # standard deviation of the query at its published start: the four turns weigh nearly the same


class AttentionCoder(EquivariantCoder):
    """Decodes ELU(W_h h + W_g p + b) with p = sum_g w_g (g h), w = softmax_g(scale q . (g h)), g in C4.

    h: output of the second layer; q: a learned query. W_h commutes with C4; W_g and b lie in its invariant subspace.
    They are one affine map of (h, p), where C4 turns h and leaves every number of p alone.
    turns: (4, latent, latent), the transposed matrix of each g. Products with them take less time than gathers.
    """

    def __init__(self, inputs: ImageType, hidden: ImageType, latent: ImageType, init: str, scale: float) -> None:
        action = latent.action
        super().__init__(inputs, hidden, latent, init, more=[(action + _trivial(action), action)])
        small = torch.randn(latent.pixels) * SMALL
        self.query = nn.Parameter(small if init == "published" else uniform_fan_in((latent.pixels,), latent.pixels))
        self.scale = scale
        self.register_buffer("turns", torch.from_numpy(action.matrices()).float().mT.contiguous(), persistent=False)

    def combined(self, latent: torch.Tensor, maps: Sequence[Affine]) -> torch.Tensor:
        """What is decoded, from the output of the second layer: (batch, latent) to the same shape."""
        shares = self._weights(latent).unsqueeze(2) * latent.unsqueeze(1)  # w_g h: (batch, 4, latent)
        pooled = shares.flatten(1) @ self.turns.flatten(0, 1)
        return layer(torch.cat([latent, pooled], dim=1), maps[4])

    def attention(self, images: torch.Tensor) -> torch.Tensor:
        """w, by counter-clockwise quarter turns of h: (batch, side, side) to (batch, 4)."""
        maps = self.maps()
        return self._weights(layer(layer(images.flatten(1), maps[0]), maps[1]))

    def multiply_adds(self) -> int:
        """Entries of all weights; query and weights on the four turns of h, where turning is free: per image."""
        return super().multiply_adds() + 2 * len(self.turns) * self.latent

    def _weights(self, latent: torch.Tensor) -> torch.Tensor:
        """w of h, where q . (g h) = (g^-1 q) . h: (batch, latent) to (batch, 4)."""
        queries = self.turns @ self.query * self.scale  # g^-1 q: (4, latent)
        return (latent @ queries.T).softmax(1)


def _trivial(action: Action) -> Action:
    """The same group on as many numbers, leaving all alone."""
    source = np.broadcast_to(np.arange(action.dimension), action.source.shape)
    return Action(source, np.ones_like(action.sign))


def build(
    inputs: ImageType,
    outputs: ImageType,
    *,
    hidden: SquareInt = 36,
    latent: SquareInt = 9,
    init: Literal["published", "scaled"] = "published",
    scale: Literal["none", "sqrt"] = "none",
) -> AttentionCoder:
    """pixels - `hidden` - `latent` - attention - `hidden` - pixels.

    init: see OrbitLinear; the query starts normal with deviation SMALL as published, else as a dense layer does.
    scale: of what the softmax is taken: the products with the query, as published, or these over sqrt(latent).
    """
    factor = 1 / math.sqrt(latent) if scale == "sqrt" else 1.0
    return AttentionCoder(inputs, small_image(hidden), small_image(latent), init, factor)
