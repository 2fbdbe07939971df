"""A 3 x 3 x 3 kernel for each channel of a volume on its own: the spatial half of a separable convolution.

torch's own gradients of such a convolution take twenty to a hundred times as long as the convolution. Here the gradient
by the field is the same convolution with the kernel reversed, and the gradient by the kernel is put together from
gradients of plane convolutions, which are fast. All of it can be differentiated again, any number of times.
"""

from typing import Any

import torch
from torch.nn import functional

from equidyn.grids.arithmetic import in_arithmetic
from equidyn.grids.convolve import convolved
from equidyn.grids.tiles import buffer_for, surrounded, tiles

SIDE = 3
PLACES = [(z, y, x) for z in range(SIDE) for y in range(SIDE) for x in range(SIDE)]
Gradients = tuple[torch.Tensor | None, ...]


def depthwise(field: torch.Tensor, kernel: torch.Tensor, periodic: bool, once: bool = False) -> torch.Tensor:
    """Correlate each channel of field (batch, channels, z, y, x) with its own kernel (channels, 3, 3, 3).

    Answers the same shape, channels last in memory: the box repeats where periodic, and is surrounded by zeros else.
    Fields of the plane, (batch, channels, y, x) with kernels (channels, k, k), are left to torch, which has fast ones.
    In the precision of autocast where that is on, else of the field; sums are taken in float32 or float64.
    once: the gradient will be taken once and not be differentiated, and the field is needed by nobody else. Then its
    memory is given to its gradient (torch tells by an error if the promise is broken).
    """
    if kernel.dim() == 3:
        return convolved(field, kernel[:, None], None, periodic, groups=len(kernel))
    field = in_arithmetic(field)
    rows = field.movedim(1, -1).contiguous()
    return _Depthwise.apply(rows, kernel.to(field.dtype), periodic, once).movedim(-1, 1)


class _Depthwise(torch.autograd.Function):
    """rows (batch, z, y, x, channels), kernel -> rows."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, kernel: torch.Tensor, periodic: bool, once: bool) -> torch.Tensor:
        ctx.save_for_backward(rows, kernel)
        ctx.periodic, ctx.once = periodic, once
        answer = torch.empty_like(rows)
        for volume, target in zip(rows, answer, strict=True):
            buffer = buffer_for(volume)
            for z, y in tiles(volume):
                target[z, y] = _convolved(surrounded(volume, z, y, periodic, buffer), kernel)
        return answer

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Gradients:
        rows, kernel = ctx.saved_tensors
        gradient = gradient.contiguous()
        if torch.is_grad_enabled():  # the gradient itself is to be differentiated
            by_rows = _Depthwise.apply(gradient, _reversed(kernel), ctx.periodic, False)
            return by_rows, _Correlation.apply(rows, gradient, ctx.periodic), None, None
        by_rows = rows.detach() if ctx.once else torch.empty_like(rows)
        return by_rows, _gradients(rows, gradient, ctx.periodic, kernel, by_rows), None, None


class _Correlation(torch.autograd.Function):
    """rows and gradient, both (batch, z, y, x, channels) -> sum over places p of gradient[p] rows[p + offset]."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, gradient: torch.Tensor, periodic: bool) -> torch.Tensor:
        ctx.save_for_backward(rows, gradient)
        ctx.periodic = periodic
        return _gradients(rows, gradient, periodic)

    @staticmethod
    def backward(ctx: Any, kernel: torch.Tensor) -> Gradients:
        rows, gradient = ctx.saved_tensors
        by_rows = _Depthwise.apply(gradient, _reversed(kernel), ctx.periodic, False)
        return by_rows, _Depthwise.apply(rows, kernel, ctx.periodic, False), None


def _gradients(
    rows: torch.Tensor,
    gradient: torch.Tensor,
    periodic: bool,
    kernel: torch.Tensor | None = None,
    by_rows: torch.Tensor | None = None,
) -> torch.Tensor:
    """The gradient by the kernel; given the kernel, that by the rows goes to `by_rows`, which may be the rows.

    In one pass over the surrounded gradient.
    """
    total = _zeros(rows)
    for index, (volume, slope) in enumerate(zip(rows, gradient, strict=True)):
        buffer = buffer_for(slope)
        for z, y in tiles(slope):
            around = surrounded(slope, z, y, periodic, buffer)
            total += _correlated(around, volume[z, y].contiguous())
            if kernel is not None:
                by_rows[index, z, y] = _convolved(around, _reversed(kernel))
    # gradient[q - offset] rows[q] was summed over q: the same as in _Correlation with the offset reversed.
    return _reversed(total).to(rows.dtype)


def _convolved(around: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """A surrounded tile (z + 2, y + 2, x + 2, channels) convolved: (z, y, x, channels)."""
    if around.dtype == torch.float64 and around.device.type == "cpu":  # for which torch has no fast convolution
        return _by_taps(around, kernel)
    field = around[None].permute(0, 4, 1, 2, 3)
    return functional.conv3d(field, kernel[:, None], groups=len(kernel))[0].permute(1, 2, 3, 0)


def _by_taps(around: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    inner = [length - SIDE + 1 for length in around.shape[:3]]
    answer = around.new_zeros(*inner, len(kernel))
    for place in PLACES:
        answer.addcmul_(_moved(around, place, inner), kernel[:, *place])
    return answer


def _correlated(around: torch.Tensor, tile: torch.Tensor) -> torch.Tensor:
    """Sum over the voxels of a tile (z, y, x, channels) of tile[p] around[p + offset]: (channels, 3, 3, 3)."""
    inner = tile.shape[:3]
    if tile.dtype == torch.float64 and tile.device.type == "cpu":
        sums = [(_moved(around, place, inner) * tile).sum((0, 1, 2)) for place in PLACES]
        return torch.stack(sums, dim=-1).unflatten(-1, (SIDE, SIDE, SIDE))
    return torch.stack([_plane_gradient(around[z : z + inner[0]], tile) for z in range(SIDE)], dim=1)


def _plane_gradient(around: torch.Tensor, tile: torch.Tensor) -> torch.Tensor:
    """The same for one z offset: what a convolution of planes gives as the gradient by its kernel, (channels, 3, 3)."""
    channels = tile.shape[-1]
    kernel = tile.new_empty(channels, 1, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
    shape = ([1, 1], [0, 0], [1, 1], False, [0, 0], channels)  # stride, padding, dilation, transposed, and groups
    planes = (tile.permute(0, 3, 1, 2), around.permute(0, 3, 1, 2))
    return torch.ops.aten.convolution_backward(*planes, kernel, None, *shape, [False, True, False])[1][:, 0]


def _moved(around: torch.Tensor, place: tuple[int, int, int], inner: torch.Size | list[int]) -> torch.Tensor:
    z, y, x = place
    return around[z : z + inner[0], y : y + inner[1], x : x + inner[2]]


def _reversed(kernel: torch.Tensor) -> torch.Tensor:
    return kernel.flip(1, 2, 3)


def _zeros(rows: torch.Tensor) -> torch.Tensor:
    """Where the gradient by the kernel of (batch, z, y, x, channels) is summed, (channels, 3, 3, 3)."""
    dtype = torch.promote_types(rows.dtype, torch.float32)
    return rows.new_zeros(rows.shape[-1], SIDE, SIDE, SIDE, dtype=dtype)
