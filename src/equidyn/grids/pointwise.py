"""The same matrix at each point of a grid: the half of a separable convolution that mixes channels."""

from typing import Any

import torch
from torch.nn import functional

from equidyn.grids.arithmetic import in_arithmetic
from equidyn.grids.lending import lent


def mixed(field: torch.Tensor, matrix: torch.Tensor, once: bool = False) -> torch.Tensor:
    """The matrix (out, in) at each point of a field (batch, in, z, y, x), or without z: (batch, out, z, y, x).

    once: the gradient will not be differentiated; then it is in lent memory, as the answer is (lending.py).
    """
    rows = field.movedim(1, -1)
    if not once:
        return functional.linear(rows, matrix).movedim(-1, 1)
    rows = in_arithmetic(rows)
    flat = _Mixed.apply(rows.flatten(0, -2), matrix.to(rows.dtype))
    return flat.unflatten(0, rows.shape[:-1]).movedim(-1, 1)


class _Mixed(torch.autograd.Function):
    """rows (points, in), matrix (out, in) -> rows (points, out)."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(rows, matrix)
        return torch.mm(rows, matrix.T, out=lent((len(rows), len(matrix)), rows))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rows, matrix = ctx.saved_tensors
        return torch.mm(gradient, matrix, out=lent(rows.shape, rows)), torch.mm(gradient.T, rows)
