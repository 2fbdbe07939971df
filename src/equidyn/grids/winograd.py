"""Convolutions of the plane with 3 x 3 kernels by a quarter of the products: in tiles of 4 x 4 cells.

Winograd's F(4 x 4, 3 x 3), Lavin, Gray 2016 (arXiv 1509.09308), sections 4.1 to 4.3, with the points 0, 1, -1, 2, -1/2
and infinity: Y = A^T [sum over channels of (G k G^T) * (B^T d B)] A for a kernel k and the 6 x 6 cells d that a tile Y
depends on. So the sum is a matrix product for each of 36 places, and gradients are the same three steps, transposed. In
float32 an answer is within 2e-6 of its norm, where a direct sum is within 3e-7.
"""

from collections.abc import Iterator
from functools import cache
from math import ceil
from typing import Any, NamedTuple

import torch
from torch.nn import functional

TILE, SEEN = 4, 6  # cells along an edge: of a tile, and of what it depends on
BLOCK = 1 << 18  # numbers at a time, which stay in the processor's cache [measured]
Part = tuple[slice, slice]  # samples, and lines of tiles

_FIELD = [  # B^T, times 2
    [2, 3, -4, -3, 2, 0],
    [0, -2, -5, -1, 2, 0],
    [0, 2, 1, -5, 2, 0],
    [0, -1, -2, 1, 2, 0],
    [0, 4, -2, -4, 2, 0],
    [0, 2, 3, -4, -3, 2],
]
_KERNEL = [[15, 0, 0], [-5, -5, -5], [5, -5, 5], [1, 2, 4], [-16, 8, -4], [0, 0, 15]]  # G, times 15
_ANSWER = [[8, 8, 8, 8, 8, 0], [0, 8, -8, 16, -4, 0], [0, 8, 8, 32, 2, 0], [0, 8, -8, 64, -1, 8]]  # A^T, times 8


class Transforms(NamedTuple):
    """What takes squares, laid flat, to squares: B^T . B as (36, 36), G . G^T as (36, 9), A^T . A as (16, 36)."""

    field: torch.Tensor
    kernel: torch.Tensor
    answer: torch.Tensor


@cache
def transforms(dtype: torch.dtype) -> Transforms:
    """In that precision."""
    sides = (torch.tensor(rows, dtype=torch.float64) / by for rows, by in ((_FIELD, 2), (_KERNEL, 15), (_ANSWER, 8)))
    return Transforms(*(torch.kron(side, side).to(dtype) for side in sides))


class Tiling(NamedTuple):
    """Of a grid of height x width cells: down x across tiles, of which the last may reach beyond the walls."""

    batch: int
    height: int
    width: int

    @classmethod
    def of(cls, field: torch.Tensor) -> "Tiling":
        """That of a field (batch, channels, height, width)."""
        return cls(len(field), *field.shape[2:])

    @property
    def down(self) -> int:
        """Lines of tiles."""
        return ceil(self.height / TILE)

    @property
    def across(self) -> int:
        """Tiles in a line."""
        return ceil(self.width / TILE)

    @property
    def filled(self) -> float:
        """The share of the tiles that lies on the grid: 1 where both sides are multiples of 4."""
        return self.height * self.width / (self.down * self.across * TILE**2)

    def parts(self, channels: int) -> Iterator[Part]:
        """Parts of the batch, of about BLOCK numbers each."""
        lines = max(1, BLOCK // (SEEN**2 * self.across * channels))
        samples = max(1, lines // self.down)
        for sample in range(0, self.batch, samples):
            for line in range(0, self.down, lines):
                yield slice(sample, sample + samples), slice(line, line + lines)

    def tiles(self, field: torch.Tensor) -> torch.Tensor:
        """Of a field (batch, channels, y, x), as (4, 4, batch, down, across, channels); zeros beyond the walls."""
        return self.tiles_of(self._padded(field, margin=0))

    def tiles_of(self, whole: torch.Tensor) -> torch.Tensor:
        """The same of a field that fills its tiles, with which they share memory."""
        rows = whole.permute(0, 2, 3, 1)
        return rows.unflatten(1, (self.down, TILE)).unflatten(3, (self.across, TILE)).permute(2, 4, 0, 1, 3, 5)

    def seen(self, field: torch.Tensor) -> torch.Tensor:
        """What tiles depend on: (6, 6, batch, down, across, channels); zeros beyond the walls."""
        return self.seen_of(self._padded(field, margin=1))

    def seen_of(self, whole: torch.Tensor) -> torch.Tensor:
        """The same of a field that fills its tiles and a margin of one cell, with which they share memory."""
        return whole.permute(0, 2, 3, 1).unfold(1, SEEN, TILE).unfold(2, SEEN, TILE).permute(4, 5, 0, 1, 2, 3)

    def empty(self, like: torch.Tensor, channels: int, margin: int = 0) -> torch.Tensor:
        """A field for all tiles, with a margin around them; its numbers are not set."""
        shape = (self.batch, channels, TILE * self.down + 2 * margin, TILE * self.across + 2 * margin)
        return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)

    def inside(self, whole: torch.Tensor, margin: int = 0) -> torch.Tensor:
        """What lies on the grid, of a field that fills its tiles and that margin."""
        return whole[:, :, margin : margin + self.height, margin : margin + self.width]

    def _padded(self, field: torch.Tensor, margin: int) -> torch.Tensor:
        below, right = TILE * self.down - self.height, TILE * self.across - self.width
        beyond = (margin, right + margin, margin, below + margin)
        return functional.pad(field, beyond) if any(beyond) else field


def by_tiles(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """Correlate a field (batch, in, y, x) with a kernel (out, in, 3, 3), zeros beyond the walls; bias: (out,) or None.

    Answers the same grid, channels last in memory. Gradients of gradients are torch's.
    """
    return _ByTiles.apply(field, kernel, bias)


class _ByTiles(torch.autograd.Function):
    """field, kernel, bias or None -> field."""

    @staticmethod
    def forward(ctx: Any, field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        tiling, (outputs, inputs) = Tiling.of(field), kernel.shape[:2]
        turn, turned = transforms(field.dtype), []
        matrices = _of_squares(turn.kernel, kernel.permute(2, 3, 1, 0)).view(-1, inputs, outputs)
        seen, answer = tiling.seen(field), tiling.empty(field, outputs)
        for part in tiling.parts(max(inputs, outputs)):
            turned.append(_of_squares(turn.field, seen[:, :, *part]).view(SEEN**2, -1, inputs))
            tiles = tiling.tiles_of(answer)[:, :, *part]
            found = _of_squares(turn.answer, torch.bmm(turned[-1], matrices)).view(tiles.shape)
            tiles.copy_(found if bias is None else found.add_(bias))
        ctx.save_for_backward(field, kernel)
        ctx.turned, ctx.matrices, ctx.biased = turned, matrices, bias is not None
        return answer if answer.shape[2:] == field.shape[2:] else tiling.inside(answer).clone()

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        field, kernel = ctx.saved_tensors
        by_bias = gradient.sum((0, 2, 3)) if ctx.biased else None
        if torch.is_grad_enabled():  # the gradient itself is to be differentiated
            shape = [1, 1], [1, 1], [1, 1], False, [0, 0], 1  # stride, margin, dilation, transposed, its margin, groups
            wanted = [*ctx.needs_input_grad[:2], False]
            return *torch.ops.aten.convolution_backward(gradient, field, kernel, None, *shape, wanted)[:2], by_bias
        tiling, back = Tiling.of(field), Transforms(*(one.T for one in transforms(field.dtype)))
        by_matrices, by_field = torch.zeros_like(ctx.matrices), None
        if ctx.needs_input_grad[0]:
            by_field = tiling.empty(field, field.shape[1], margin=1).zero_()
        slopes, channels = tiling.tiles(gradient), max(kernel.shape[:2])
        for turned, part in zip(ctx.turned, tiling.parts(channels), strict=True):
            slope = _of_squares(back.answer, slopes[:, :, *part]).view(SEEN**2, -1, len(kernel))
            by_matrices.baddbmm_(turned.transpose(1, 2), slope)
            if by_field is not None:
                by_seen = _of_squares(back.field, torch.bmm(slope, ctx.matrices.transpose(1, 2)))
                _add(tiling.seen_of(by_field)[:, :, *part], by_seen)
        by_kernel = _of_squares(back.kernel, by_matrices).view(*kernel.shape[2:], *by_matrices.shape[1:])
        return by_field if by_field is None else tiling.inside(by_field, 1), by_kernel.permute(3, 2, 0, 1), by_bias


def _of_squares(transform: torch.Tensor, squares: torch.Tensor) -> torch.Tensor:
    return transform @ squares.reshape(transform.shape[1], -1)


def _add(seen: torch.Tensor, more: torch.Tensor) -> None:
    """Add to what tiles depend on, of which cells at the edge of one are cells of the next, too."""
    more = more.view(seen.shape)
    for y in (slice(TILE), slice(TILE, SEEN)):
        for x in (slice(TILE), slice(TILE, SEEN)):
            seen[y, x] += more[y, x]
