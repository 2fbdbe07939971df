"""Biases: free ones, and those that commute with the symmetry, constant over the components of a field."""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.symmetry.fields import VECTORS, FieldType


class Bias(nn.Module):
    """The same number on `repeats` channels side by side; weight: (numbers,)."""

    def __init__(self, numbers: int, repeats: int, fan: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(uniform_fan_in((numbers,), fan))
        self.repeats = repeats

    def forward(self) -> torch.Tensor:
        """(channels,)."""
        return self.weight if self.repeats == 1 else self.weight.repeat_interleave(self.repeats)


def free_bias(outputs: FieldType, fan: float) -> Bias:
    """One number per channel."""
    return Bias(outputs.channels, 1, fan)


def invariant_bias(outputs: FieldType, fan: float) -> Bias | None:
    """One number per field where the group fixes a direction (scalar, regular), none on vectors."""
    return None if outputs.kind in VECTORS else Bias(outputs.multiplicity, outputs.dimension, fan)


def nearest_bias(bias: Bias, outputs: FieldType) -> Bias | None:
    """The bias that commutes with the symmetry and is nearest to another one: its mean over each field."""
    if outputs.kind in VECTORS:
        return None
    nearest = Bias(outputs.multiplicity, outputs.dimension, 1.0)
    nearest.weight.data = bias().detach().unflatten(0, (-1, outputs.dimension)).mean(-1)
    return nearest
