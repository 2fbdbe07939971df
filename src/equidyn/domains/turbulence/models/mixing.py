"""The same matrix at each voxel of a volume: the half of a separable convolution that mixes channels."""

import torch
from torch.nn import functional


def mixed(field: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """The matrix (out, in) at each voxel of a field (batch, in, z, y, x): (batch, out, z, y, x)."""
    return functional.linear(field.movedim(1, -1), matrix).movedim(-1, 1)
