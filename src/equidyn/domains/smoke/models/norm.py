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
        """Map (batch, channels, y, x) to the same shape, in the memory layout of a channels-last convolution."""
        rows = field.movedim(1, -1)  # torch's own batch norm of 5 axes would change the layout there and back
        mean, variance = self._statistics(rows) if self.training else (self.norm.running_mean, self.norm.running_var)
        scale = self.norm.weight * torch.rsqrt(variance + self.norm.eps)
        shift = self.norm.bias - mean * scale
        scale, shift = (part.repeat_interleave(self.field.dimension) for part in (scale, shift))
        return torch.addcmul(shift, rows, scale).to(field.dtype).movedim(-1, 1)

    def _statistics(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and variance of each field in this batch, in the precision of the weights; remembered for eval mode."""
        rows = rows.flatten(0, -2).to(self.norm.weight.dtype)
        first, second = (
            part.mean(0).unflatten(0, (-1, self.field.dimension)).mean(1) for part in (rows, rows.square())
        )
        variance = (second - first.square()).clamp(min=0)
        count = len(rows) * self.field.dimension
        with torch.no_grad():
            self.norm.running_mean.lerp_(first, self.norm.momentum)
            self.norm.running_var.lerp_(variance * count / (count - 1), self.norm.momentum)
            self.norm.num_batches_tracked.add_(1)
        return first, variance


def field_norm(name: str, field: FieldType) -> nn.Module:
    """The norm called `name` ("none" or "batch") for fields of this type."""
    return FieldBatchNorm(field) if name == "batch" else nn.Identity()
