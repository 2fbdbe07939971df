"""Affine maps without any symmetry."""

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.initial import uniform_fan_in


class Dense(nn.Module):
    """A free affine map of the last axis."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(uniform_fan_in((outputs, inputs), inputs))
        self.bias = nn.Parameter(uniform_fan_in((outputs,), inputs))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Map (..., inputs) to (..., outputs)."""
        return functional.linear(values, self.weight, self.bias)
