"""radial: exact under SO(3). Each point counts by a number that depends on its length alone."""

import torch
from torch import nn

from equidyn.core.models.network import Network
from equidyn.core.params.types import PositiveInt
from equidyn.symmetry.points import PointType


class Radial(Network):
    """f(x) = mean over points of w(|p|^2) p, with w a small perceptron."""

    strict = True

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, clouds: torch.Tensor) -> torch.Tensor:
        """Map (sample, point, 3) to (sample, 1, 3)."""
        return (self.weigh(clouds.square().sum(-1, keepdim=True)) * clouds).mean(-2, keepdim=True)

    def multiply_adds(self) -> int:
        """Per point."""
        return sum(weight.numel() for weight in self.parameters() if weight.dim() > 1)


def build(inputs: PointType, outputs: PointType, *, hidden: PositiveInt) -> Radial:
    """`hidden` numbers between a point's length and its weight."""
    return Radial(hidden)
