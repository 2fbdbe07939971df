"""audit/transformer: the transformer of the project description, one encoder layer of torch at its defaults.

Against models/transformer: tokens are the points as they are, of d numbers; one head; norms after the layers (Vaswani
et al. 2017, arXiv 1706.03762) and one more at the end; 2048 numbers in the feed-forward layer; dropout; the numbers of
all points go into the answer, and the cross-entropy is taken of its sigmoid. Positions are said to be encoded, not how:
here by sines and cosines. Written out, since torch's fused attention has no second derivative.
"""

import math

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.dense import Dense
from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.audit.models.intrinsic import through_sigmoid
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.domains.sets.models.transformer import sinusoids
from equidyn.symmetry.permutations import trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType

DROPOUT = 0.1  # torch's default; drawn from its own generator, which training seeds


class DescribedTransformer(SetNetwork):
    """Positions, one encoder layer, a norm, a dense layer on all numbers, and the sigmoid as a logit."""

    drops = True

    def __init__(self, inputs: SetType, outputs: Invariants, feed_forward: int) -> None:
        super().__init__()
        points, width = inputs.points, inputs.dimensions
        self.inputs, self.imposed = inputs, SetGroup(trivial(points), trivial(width))
        self.register_buffer("positions", sinusoids(points, width), persistent=False)
        self.asked, self.mixed = Dense(width, 3 * width), Dense(width, width)
        nn.init.xavier_uniform_(self.asked.weight)
        for layer in (self.asked, self.mixed):
            nn.init.zeros_(layer.bias)
        self.wide, self.narrow = Dense(width, feed_forward), Dense(feed_forward, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.answer = Dense(points * width, outputs.count)

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        return through_sigmoid(self.answer(self.encoded(sets + self.positions).flatten(1)))

    def encoded(self, tokens: torch.Tensor) -> torch.Tensor:
        """The encoder: (batch, points, dimensions) to the same shape."""
        tokens = self.norms[0](tokens + self._dropped(self._attended(tokens)))
        inner = self._dropped(functional.relu(self.wide(tokens)))
        return self.norms[2](self.norms[1](tokens + self._dropped(self.narrow(inner))))

    def _attended(self, tokens: torch.Tensor) -> torch.Tensor:
        queries, keys, values = self.asked(tokens).chunk(3, dim=-1)
        weights = (queries @ keys.mT / math.sqrt(tokens.shape[-1])).softmax(-1)
        return self.mixed(self._dropped(weights) @ values)

    def _dropped(self, values: torch.Tensor) -> torch.Tensor:
        return functional.dropout(values, DROPOUT, self.training)

    def multiply_adds(self) -> int:
        """Of all dense layers, for each point but in the answer, and of the two products of attention."""
        points, width = self.inputs.points, self.inputs.dimensions
        each = sum(layer.weight.numel() for layer in (self.asked, self.mixed, self.wide, self.narrow))
        return points * each + 2 * points**2 * width + self.answer.weight.numel()


def build(inputs: SetType, outputs: Invariants, *, feed_forward: PositiveInt = 2048) -> DescribedTransformer:
    """As described; `feed_forward` numbers between its two dense layers."""
    return DescribedTransformer(inputs, outputs, feed_forward)
