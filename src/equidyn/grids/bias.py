"""Biases that commute with the symmetry: constant over the components of a field, absent on vectors."""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.symmetry.fields import FieldType


def invariant_bias(outputs: FieldType, fan_in: int) -> nn.Parameter | None:
    """One number per field where the group fixes a direction (scalar, regular), none on vectors."""
    return None if outputs.kind == "vector" else nn.Parameter(uniform_fan_in((outputs.multiplicity,), fan_in))


def expanded_bias(bias: torch.Tensor | None, outputs: FieldType) -> torch.Tensor | None:
    """The same number on every component of a field: (channels,)."""
    return None if bias is None else bias.repeat_interleave(outputs.dimension)
