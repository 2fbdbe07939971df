"""A whole kernel on a grid, by torch's convolution or, where that is slow, by a matrix product."""

import torch
from torch.nn import functional

SIDE = 3  # entries of a kernel along each axis, unless said otherwise
FEW = 4  # products per input channel up to which they come first
_LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}


def channels_last(tensor: torch.Tensor) -> torch.Tensor:
    """A field or a kernel of two or three dimensions in the layout in memory that is fastest to convolve."""
    return tensor.contiguous(memory_format=_LAYOUTS[tensor.dim()])


def correlated(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None, groups: int = 1) -> torch.Tensor:
    """Correlate a field (batch, in, y, x) or (batch, in, z, y, x) with a kernel (out, in / groups, k, k[, k]), k odd.

    Zeros lie beyond the walls; bias: (out,). Answers the same grid.
    """
    convolution = functional.conv2d if kernel.dim() == 4 else functional.conv3d
    return convolution(field, kernel, bias, padding=kernel.shape[-1] // 2, groups=groups)


def convolved(
    field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None, periodic: bool, groups: int = 1
) -> torch.Tensor:
    """As `correlated`, channels last; beyond the walls the field repeats where periodic, and zero otherwise."""
    outputs, inputs = kernel.shape[:2]
    # With few outputs the field is about the largest thing: it is better read once, and not copied with a margin. And
    # torch does small convolutions of volumes, up to 24^3 voxels or so, by a way that takes ten times as long.
    if kernel.shape[2:] == (SIDE,) * 3 and groups == 1 and outputs * SIDE**3 < FEW * inputs:
        return product_first(field, kernel, bias, periodic)
    kernel, field = channels_last(kernel), channels_last(field)
    if not periodic:
        return correlated(field, kernel, bias, groups)
    for axis, length in enumerate(kernel.shape[2:], start=2):
        margin = length // 2
        field = torch.cat([field.narrow(axis, -margin, margin), field, field.narrow(axis, 0, margin)], axis)
    convolution = functional.conv2d if kernel.dim() == 4 else functional.conv3d
    return convolution(field, kernel, bias, groups=groups)


def product_first(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None, periodic: bool) -> torch.Tensor:
    """As `convolved`, for kernels of side 3: what cells give to each neighbour by one matrix product, and then the sum.

    Neighbour by neighbour, axis by axis.
    """
    dimension = kernel.dim() - 2
    matrix = kernel.movedim((0, 1), (-2, -1)).flatten(0, -2)
    rows = functional.linear(field.movedim(1, -1), matrix).unflatten(-1, (*[SIDE] * dimension, len(kernel)))
    rows = rows.to(torch.promote_types(rows.dtype, torch.float32))  # in which torch's convolution would sum, too
    for axis in range(1, dimension + 1):  # the first of the axes of the kernel goes away at each turn
        before, here, after = rows.unbind(dimension + 1)
        rows = _moved(before, 1, axis, periodic) + here + _moved(after, -1, axis, periodic)
    return (rows if bias is None else rows + bias).movedim(-1, 1)


def _moved(rows: torch.Tensor, step: int, axis: int, periodic: bool) -> torch.Tensor:
    """Moved by one cell along an axis; zeros follow if the box does not repeat."""
    if periodic:
        return rows.roll(step, axis)
    length = rows.shape[axis]
    gap = torch.zeros_like(rows.narrow(axis, 0, 1))
    parts = [gap, rows.narrow(axis, 0, length - 1)] if step > 0 else [rows.narrow(axis, 1, length - 1), gap]
    return torch.cat(parts, axis)
