"""Convolutions of the plane whose gradients are taken once, as in training: faster where torch is slow.

With AVX2 kernels, torch's gradient by the kernel takes longer than the convolution and
its gradient by the field where fields are large and have many channels, or where many become few. There it is one
matrix product for each block of cells, with the neighbours of each cell laid side by side. Both ways sum the same
numbers in another order.
"""

from typing import Any

import torch
from torch.nn import functional

from equidyn.grids.convolve import channels_last, correlated

CHANNELS, CELLS = 32, 2048  # of inputs and outputs, and of the grid, from which on products are faster [measured]
NARROW = 4  # outputs up to which, with so many inputs, they are faster on any grid [measured]
BLOCK = 1 << 18  # numbers laid side by side at a time, which stay in the processor's cache


def by_products(field: torch.Tensor, kernel: torch.Tensor) -> bool:
    """Whether the gradient by a kernel (out, in, k, k) is taken by matrix products, for a field (batch, in, y, x).

    A function of channels and cells, for float32 by AVX2 kernels; newer processors have a fast way of torch's own.
    """
    if field.dim() != 4 or not field.dtype == kernel.dtype == torch.float32 or field.device.type != "cpu":
        return False
    outputs, inputs = kernel.shape[:2]
    large = outputs >= CHANNELS and field.shape[2:].numel() >= CELLS
    return inputs >= CHANNELS and (large or outputs <= NARROW) and torch.backends.cpu.get_cpu_capability() == "AVX2"


def trained(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """As `correlated`, channels last in memory; the gradient is taken once, and not differentiated again."""
    return _Trained.apply(field, kernel, bias) if by_products(field, kernel) else correlated(field, kernel, bias)


class _Trained(torch.autograd.Function):
    """field, kernel, bias or None -> field."""

    @staticmethod
    def forward(ctx: Any, field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        ctx.save_for_backward(field, kernel)
        ctx.biased = bias is not None
        return correlated(field, kernel, bias)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        field, kernel = ctx.saved_tensors
        gradient = channels_last(gradient)
        by_field = None
        if ctx.needs_input_grad[0]:
            margin = [kernel.shape[-1] // 2] * 2
            shape = ([1, 1], margin, [1, 1], False, [0, 0], 1)  # stride, padding, dilation, transposed, and groups
            ask = [True, False, False]
            by_field = torch.ops.aten.convolution_backward(gradient, field, kernel, None, *shape, ask)[0]
        by_bias = gradient.sum((0, 2, 3)) if ctx.biased else None
        return by_field, kernel_gradient(field, gradient, kernel.shape[-1]), by_bias


def kernel_gradient(field: torch.Tensor, gradient: torch.Tensor, side: int) -> torch.Tensor:
    """sum over cells p of gradient[o, p] field[i, p + offset], zero beyond the walls: (out, in, side, side).

    field: (batch, in, y, x); gradient: (batch, out, y, x). The one with fewer channels is laid side by side.
    """
    if gradient.shape[1] < field.shape[1]:  # the same sum by p + offset, whose neighbours lie the other way
        return kernel_gradient(gradient, field, side).flip(2, 3).transpose(0, 1)
    rows, inputs, margin = gradient.permute(0, 2, 3, 1), field.shape[1], side // 2
    around = functional.pad(field.permute(0, 2, 3, 1), (0, 0, margin, margin, margin, margin))
    windows = around.unfold(1, side, 1).unfold(2, side, 1).movedim(3, -1)  # (batch, y, x, side, side, in)
    total = gradient.new_zeros(gradient.shape[1], side * side * inputs)
    height, width = rows.shape[1:3]
    length = max(1, BLOCK // (width * total.shape[1]))  # rows of a block, of one sample or of several
    samples = max(1, length // height)
    for window, slope in zip(windows.split(samples), rows.split(samples), strict=True):
        for part, slopes in zip(window.split(length, dim=1), slope.split(length, dim=1), strict=True):
            total.addmm_(slopes.flatten(0, 2).T, part.reshape(-1, total.shape[1]))
    return total.unflatten(1, (side, side, inputs)).permute(0, 3, 1, 2)
