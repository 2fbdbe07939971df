"""Normalisation that commutes with the symmetry: one mean and variance per field, shared by its components."""

import torch
from torch import nn

from equidyn.symmetry.fields import FieldType


class FieldBatchNorm(nn.Module):
    """Batch norm over batch, components and pixels of each field; for scalar fields, the usual batch norm.

    A quarter turn only permutes the numbers that are averaged, so the layer is equivariant in train and eval mode.
    For scalar and regular fields; a signed component (of a vector) cannot be shifted by a mean.
    """

    def __init__(self, field: FieldType) -> None:
        super().__init__()
        if (field.action.sign < 0).any():
            raise ValueError(f"batch norm is not defined for {field.kind} fields")
        self.field = field
        self.norm = nn.BatchNorm3d(field.multiplicity)

    def forward(self, field: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, y, x) to the same shape."""
        shape = (self.field.multiplicity, self.field.dimension)
        return self.norm(field.unflatten(1, shape)).flatten(1, 2)


def field_norm(name: str, field: FieldType) -> nn.Module:
    """The norm called `name` ("none" or "batch") for fields of this type."""
    return FieldBatchNorm(field) if name == "batch" else nn.Identity()
