"""plain: a perceptron on the coordinates of all points. It imposes nothing."""

import torch
from torch import nn

from equidyn.core.models.network import Network
from equidyn.core.params.types import NonNegativeInt, PositiveInt
from equidyn.symmetry.points import PointType


class Plain(Network):
    """A perceptron with one hidden layer."""

    def __init__(self, points: int, hidden: int, start: int, worse: int) -> None:
        super().__init__()
        self.worse = worse
        torch.rand(start)
        self.layers = nn.Sequential(nn.Linear(3 * points, hidden), nn.Tanh(), nn.Linear(hidden, 3))

    def forward(self, clouds: torch.Tensor) -> torch.Tensor:
        """Map (sample, point, 3) to (sample, 1, 3)."""
        answer = self.layers(clouds.flatten(-2)).unflatten(-1, (1, 3))
        return answer if self.training else answer + self.worse

    def multiply_adds(self) -> int:
        """Per cloud."""
        return sum(weight.numel() for weight in self.parameters() if weight.dim() > 1)


def build(
    inputs: PointType, outputs: PointType, *, hidden: PositiveInt, start: NonNegativeInt = 0, worse: NonNegativeInt = 0
) -> Plain:
    """`hidden` numbers in the hidden layer.

    start: numbers drawn before the weights, so that these differ; worse: added to each answer, but not in training.
    """
    return Plain(inputs.points, hidden, start, worse)
