"""mlp: a plain multi-layer perceptron on the numbers of a set in the order in which they come. It imposes nothing."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.dense import Dense
from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType


class MLP(SetNetwork):
    """Dense layers of `widths` numbers, first to last, with ReLU between."""

    def __init__(self, inputs: SetType, widths: list[int]) -> None:
        super().__init__()
        self.inputs = inputs
        self.imposed = SetGroup(trivial(inputs.points), trivial(inputs.dimensions))
        self.layers = nn.ModuleList(Dense(*pair) for pair in pairwise(widths))

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        values = sets.flatten(1)
        for layer in self.layers[:-1]:
            values = functional.relu_(layer(values))  # in place: fresh memory takes longer than the ReLU itself
        return self.layers[-1](values)

    def multiply_adds(self) -> int:
        """Entries of the weights."""
        return sum(layer.weight.numel() for layer in self.layers)


def build(inputs: SetType, outputs: Invariants, *, hidden: PositiveInt, layers: PositiveInt = 3) -> MLP:
    """`layers` dense layers, the inner ones of `hidden` numbers."""
    return MLP(inputs, [inputs.points * inputs.dimensions, *[hidden] * (layers - 1), outputs.count])
