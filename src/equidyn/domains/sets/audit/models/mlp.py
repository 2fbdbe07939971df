"""audit/mlp: the multi-layer perceptron of the project description: 10 d hidden numbers, and the loss of a sigmoid.

Against models/mlp: the cross-entropy is taken of the sigmoid, and not of its logit.
"""

import torch

from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.audit.models.intrinsic import through_sigmoid
from equidyn.domains.sets.models.mlp import MLP
from equidyn.symmetry.sets import Invariants, SetType


class DescribedMLP(MLP):
    """The perceptron, and the sigmoid as the logit that is as good."""

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        return through_sigmoid(super().forward(sets))


def build(inputs: SetType, outputs: Invariants, *, hidden: PositiveInt = 50) -> DescribedMLP:
    """Three dense layers, as described of 50 hidden numbers."""
    return DescribedMLP(inputs, [inputs.points * inputs.dimensions, hidden, hidden, outputs.count])
