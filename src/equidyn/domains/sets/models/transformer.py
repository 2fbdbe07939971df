"""transformer: attention between the points of a set, with positions that tell them apart, or without.

Vaswani et al. 2017 (arXiv 1706.03762), with the norms before the layers (Xiong et al. 2020, arXiv 2002.04745). Without
positions nothing depends on the order of the points, and the net is S_n-invariant (Lee et al. 2019, arXiv 1810.00825).
"""

import math
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.dense import Dense
from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType


class Attention(nn.Module):
    """Every point asks all points. By matrix products and softmax: torch's fused kernels have no second derivative.

    Sets are small and many, so all heads go into one product per set: each query comes once per head, with zeros at the
    places of the others, and what it finds there is thrown away. For ten points that takes half the time of a product
    per head, for forty the same, though `heads` times the arithmetic. The keys are not on the last axis, since torch
    takes a softmax over a short last axis number by number, but over another one in whole vectors.

    own: (heads, 1, width), 1 at the places of a head, 0 elsewhere.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, math.sqrt(heads / width)
        self.asked, self.mixed = Dense(width, 3 * width), Dense(width, width)
        self.register_buffer("own", torch.eye(heads).repeat_interleave(width // heads, 1)[:, None], persistent=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, width) to the same shape."""
        queries, keys, values = self.asked(tokens).chunk(3, dim=-1)
        by_head = ((self.scale * queries).unsqueeze(1) * self.own).flatten(1, 2)  # (batch, heads * points, width)
        weights = (keys @ by_head.mT).softmax(1)  # (batch, points, heads * points)
        attended = (weights.mT @ values).unflatten(-1, (self.heads, -1)).unflatten(1, (self.heads, -1))
        return self.mixed(attended.diagonal(dim1=1, dim2=3).transpose(2, 3).flatten(2))


class Block(nn.Module):
    """Attention, then two dense layers on each point, both added to what comes in."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.attention = Attention(width, heads)
        self.wide, self.narrow = Dense(width, 2 * width), Dense(2 * width, width)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, width) to the same shape."""
        tokens = tokens + self.attention(self.norms[0](tokens))
        return tokens + self.narrow(functional.relu_(self.wide(self.norms[1](tokens))))


class Transformer(SetNetwork):
    """Each point a token of `width` numbers; blocks; a norm; the mean over points; logits."""

    def __init__(
        self, inputs: SetType, outputs: Invariants, width: int, heads: int, layers: int, positions: str
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.strict = positions == "none" and inputs.points > 1
        group = symmetric if positions == "none" else trivial
        self.imposed = SetGroup(group(inputs.points), trivial(inputs.dimensions))
        self.embedding = Dense(inputs.dimensions, width)
        if positions == "learned":
            self.positions = nn.Parameter(torch.randn(inputs.points, width) / math.sqrt(width))
        else:
            found = sinusoids(inputs.points, width) if positions == "sinusoidal" else None
            self.register_buffer("positions", found, persistent=False)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.answer = nn.LayerNorm(width), Dense(width, outputs.count)

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        tokens = self.embedding(sets)
        if self.positions is not None:
            tokens = tokens + self.positions
        for block in self.blocks:
            tokens = block(tokens)
        return self.answer(self.norm(tokens).mean(-2))

    def multiply_adds(self) -> int:
        """Of all dense layers, for each point, and of the two products of attention, without the zeros in them."""
        points, width = self.inputs.points, self.answer.weight.shape[1]
        dense = sum(layer.weight.numel() for layer in self.modules() if isinstance(layer, Dense))
        pooled = self.answer.weight.numel()
        return points * (dense - pooled) + pooled + len(self.blocks) * 2 * points**2 * width


def sinusoids(points: int, width: int) -> torch.Tensor:
    """Sines and cosines of the position at `width` / 2 wavelengths from 2 pi to 20,000 pi: (points, width)."""
    rates = 10_000.0 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(points)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width]


def build(
    inputs: SetType,
    outputs: Invariants,
    *,
    width: PositiveInt,
    heads: PositiveInt = 2,
    layers: PositiveInt = 2,
    positions: Literal["learned", "sinusoidal", "none"] = "learned",
) -> Transformer:
    """`layers` blocks on tokens of `width` numbers; raises ValueError unless `heads` divides `width`."""
    if width % heads:
        raise ValueError(f"transformer: heads = {heads} must divide width = {width}: each head has its share of it")
    return Transformer(inputs, outputs, width, heads, layers, positions)
