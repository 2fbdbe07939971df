"""variance: the answer written as a network of five parameters, which training may only refine.

The matrix I - 1 1^T / n takes the mean from n numbers, and is one of the two-parameter maps that commute with S_n. So
an equivariant layer, squares, and an invariant mean are all it takes to compute a sample's variance.
"""

from typing import Literal

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.domains.sets.models.exchangeable import ExchangeableLinear
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric
from equidyn.symmetry.sets import Invariants, SetGroup, SetType


class VarianceNetwork(SetNetwork):
    """y = w s + v, with s the sum of (a x + b mean_points(x) + c)^2 over all numbers, by (points - 1) dimensions.

    At a = 1, b = -1, c = 0, s is the unbiased variance over the points (numpy.var with ddof=1), averaged over the
    dimensions. The factor points / (points - 1) between s and a plain mean stands in s, not in w, because 1 is the same
    number in every precision. One w and one v per output.
    """

    def __init__(self, inputs: SetType, outputs: Invariants) -> None:
        super().__init__()
        self.inputs = inputs
        self.imposed = SetGroup(symmetric(inputs.points), symmetric(inputs.dimensions))
        self.strict = self.imposed.order > 1
        self.centring = ExchangeableLinear(1, 1, axes=1)
        self.weight = nn.Parameter(uniform_fan_in((outputs.count,), 1))
        self.bias = nn.Parameter(uniform_fan_in((outputs.count,), 1))

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        batch, points, dimensions = sets.shape
        lines = sets.transpose(1, 2).reshape(batch * dimensions, 1, points)
        squares = self.centring(lines).square().reshape(batch, dimensions * points)
        return squares.sum(1, keepdim=True) / ((points - 1) * dimensions) * self.weight + self.bias

    def multiply_adds(self) -> int:
        """Of the equivariant layer, on each dimension alone, and of the output."""
        return self.inputs.dimensions * self.centring.multiply_adds([self.inputs.points]) + self.weight.numel()


def build(inputs: SetType, outputs: Invariants, *, start: Literal["exact", "random"] = "exact") -> VarianceNetwork:
    """start: at the unbiased variance itself, or at random weights. Raises ValueError for sets of one point."""
    if inputs.points < 2:
        raise ValueError("variance: sets of one point have no variance; it takes two points or more")
    network = VarianceNetwork(inputs, outputs)
    if start == "exact":
        _write_the_variance(network)
    return network


def _write_the_variance(network: VarianceNetwork) -> None:
    with torch.no_grad():
        network.centring.weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1))
        network.centring.bias.zero_()
        network.weight.fill_(1.0)
        network.bias.zero_()
