"""plain: a perceptron on the coordinates of all points. It imposes nothing."""

import torch
from torch import nn

from equidyn.core.models.network import Network
from equidyn.core.params.types import PositiveInt
from equidyn.symmetry.points import PointType


class Plain(Network):
    """A perceptron with one hidden layer."""

    def __init__(self, points: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3 * points, hidden), nn.Tanh(), nn.Linear(hidden, 3))

    def forward(self, clouds: torch.Tensor) -> torch.Tensor:
        """Map (sample, point, 3) to (sample, 1, 3)."""
        return self.layers(clouds.flatten(-2)).unflatten(-1, (1, 3))

    def multiply_adds(self) -> int:
        """Per cloud."""
        return sum(weight.numel() for weight in self.parameters() if weight.dim() > 1)


def build(inputs: PointType, outputs: PointType, *, hidden: PositiveInt) -> Plain:
    """`hidden` numbers in the hidden layer."""
    return Plain(inputs.points, hidden)
