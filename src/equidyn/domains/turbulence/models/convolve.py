"""A whole kernel of 3 x 3 x 3 on a volume, by torch's convolution or, where that is slow, by a matrix product."""

import torch
from torch.nn import functional

SIDE = 3
TAPS = SIDE**3
FEW = 4  # products per input channel up to which they come first


def convolved(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None, periodic: bool) -> torch.Tensor:
    """Correlate a field (batch, in, z, y, x) with a kernel (out, in, 3, 3, 3), add a bias (out,).

    Answers (batch, out, z, y, x). Beyond the walls the field repeats where periodic, and is zero else.
    """
    outputs, inputs = kernel.shape[:2]
    # With few outputs the field is about the largest thing: it is better read once, and not copied with a margin. And
    # torch does small convolutions, up to 24^3 voxels or so, by a way that takes ten times as long.
    method = _product_first if outputs * TAPS < FEW * inputs else _torchs
    return method(field, kernel, bias, periodic)


def _torchs(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None, periodic: bool) -> torch.Tensor:
    kernel = kernel.contiguous(memory_format=torch.channels_last_3d)
    field = field.contiguous(memory_format=torch.channels_last_3d)
    if not periodic:
        return functional.conv3d(field, kernel, bias, padding=1)
    for axis in (-3, -2, -1):
        field = torch.cat([field.narrow(axis, -1, 1), field, field.narrow(axis, 0, 1)], axis)
    return functional.conv3d(field, kernel, bias)


def _product_first(
    field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None, periodic: bool
) -> torch.Tensor:
    """What each voxel gives to each of its neighbours, by one matrix product; then neighbour by neighbour summed."""
    matrix = kernel.permute(2, 3, 4, 0, 1).flatten(0, 3)
    rows = functional.linear(field.movedim(1, -1), matrix).unflatten(-1, (SIDE, SIDE, SIDE, len(kernel)))
    rows = rows.to(torch.promote_types(rows.dtype, torch.float32))  # in which torch's convolution would sum, too
    for axis in (1, 2, 3):  # the first of the axes of the kernel goes away at each turn
        before, here, after = rows.unbind(4)
        rows = _moved(before, 1, axis, periodic) + here + _moved(after, -1, axis, periodic)
    return (rows if bias is None else rows + bias).movedim(-1, 1)


def _moved(rows: torch.Tensor, step: int, axis: int, periodic: bool) -> torch.Tensor:
    """Moved by one voxel along an axis; zeros follow if the box does not repeat."""
    if periodic:
        return rows.roll(step, axis)
    length = rows.shape[axis]
    gap = torch.zeros_like(rows.narrow(axis, 0, 1))
    parts = [gap, rows.narrow(axis, 0, length - 1)] if step > 0 else [rows.narrow(axis, 1, length - 1), gap]
    return torch.cat(parts, axis)
