"""The same matrix at each point of a grid: the half of a separable convolution that mixes channels."""

import torch
from torch.nn import functional


def mixed(field: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """The matrix (out, in) at each point of a field (batch, in, z, y, x), or without z: (batch, out, z, y, x)."""
    return functional.linear(field.movedim(1, -1), matrix).movedim(-1, 1)
