"""intrinsic: Deep Sets. Every layer commutes with permutations of the points; a pool over the points ends them.

Zaheer et al. 2017 (arXiv 1703.06114): the d numbers of a point are channels, and channels mix freely.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.models.exchangeable import ExchangeableLinear, invariant
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType


class InvariantStack(SetNetwork):
    """Exchangeable layers, each followed by ReLU; the mean over all entries; a linear layer to the outputs.

    channels: of the layers, first to last, beginning with that of `arranged` sets; axes: how many axes are permuted.
    averaging: in layers and pool alike; if false, both sum, and the answer grows with the size of the set.
    """

    def __init__(self, inputs: SetType, imposed: SetGroup, channels: list[int], axes: int, averaging: bool) -> None:
        super().__init__()
        self.inputs, self.imposed, self.averaging = inputs, imposed, averaging
        self.strict = imposed.order > 1
        *inner, outputs = channels
        self.layers = nn.ModuleList(
            ExchangeableLinear(before, after, axes, averaging=averaging) for before, after in pairwise(inner)
        )
        self.weight = nn.Parameter(uniform_fan_in((outputs, inner[-1]), inner[-1]))
        self.bias = nn.Parameter(uniform_fan_in((outputs,), inner[-1]))

    def arranged(self, sets: torch.Tensor) -> torch.Tensor:
        """(batch, points, dimensions) with channels second and the permuted axes last: (batch, dimensions, points)."""
        return sets.transpose(1, 2)

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        values = self.arranged(sets)
        for layer in self.layers:
            values = functional.relu(layer(values))  # also after the last, which would otherwise merge with the output
        return functional.linear(invariant(values, averaging=self.averaging), self.weight, self.bias)

    def multiply_adds(self) -> int:
        """Of all layers, for one set."""
        set_ = torch.empty(1, self.inputs.points, self.inputs.dimensions, device="meta")
        sizes = self.arranged(set_).shape[2:]
        return sum(layer.multiply_adds(sizes) for layer in self.layers) + self.weight.numel()


def build(
    inputs: SetType,
    outputs: Invariants,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 3,
    averaging: bool = True,
) -> InvariantStack:
    """`layers` layers of `hidden` channels; averaging: pool by means, or by sums if false."""
    imposed = SetGroup(symmetric(inputs.points), trivial(inputs.dimensions))
    channels = [inputs.dimensions, *[hidden] * layers, outputs.count]
    return InvariantStack(inputs, imposed, channels, axes=1, averaging=averaging)
