"""Linear interpolation of a grid onto a finer one with the same centre: exactly symmetric, unlike others.

Fine cell i of an axis lies at (i + 1/2) / factor - 1/2 in units of coarse cells, so that turning the coarse field and
interpolating is interpolating and turning. (A transposed convolution of stride 2 is off centre, and is not symmetric.)
"""

from functools import cache
from typing import Any

import torch


def upsampled(field: torch.Tensor, factor: int, periodic: bool) -> torch.Tensor:
    """Map (batch, channels, z, y, x) to (batch, channels, factor z, factor y, factor x), or the same without z.

    Memory holds the channels last. Beyond the walls the field repeats if it is periodic, and keeps the value at the
    wall else. Each axis is a matrix product, which is as fast as the arithmetic allows, sums in a fixed order on every
    device, and can be differentiated any number of times.
    """
    if factor == 1:
        return field
    rows = field.movedim(1, -1)
    weights = [_weights(length, factor, periodic).to(rows) for length in rows.shape[1:-1]]
    return _AlongAxes.apply(rows, *weights).movedim(-1, 1)


class _AlongAxes(torch.autograd.Function):
    """rows (batch, z, y, x, channels), and a matrix (new, old) for each axis between -> rows on the new grid."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, *weights: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(*weights)
        for axis, weight in enumerate(weights, start=1):
            rows = torch.matmul(weight, rows.flatten(axis + 1)).unflatten(-1, rows.shape[axis + 1 :])
        return rows

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        weights = [weight.T for weight in ctx.saved_tensors]
        return _AlongAxes.apply(gradient, *weights), *[None] * len(weights)


def products(factor: int, dimension: int) -> float:
    """Multiplications with additions per fine cell and channel: two for each new value along each of the axes."""
    return 0.0 if factor == 1 else 2 * sum(1 / factor**axis for axis in range(dimension))


@cache
def _weights(length: int, factor: int, periodic: bool) -> torch.Tensor:
    """(factor length, length) float64: the linear interpolation along one axis."""
    places = (torch.arange(factor * length, dtype=torch.float64) + 0.5) / factor - 0.5
    below = places.floor()
    weights = torch.zeros(factor * length, length, dtype=torch.float64)
    for neighbour, share in ((below, 1 - (places - below)), (below + 1, places - below)):
        index = neighbour.long()
        index = index % length if periodic else index.clamp(0, length - 1)
        weights.scatter_add_(1, index[:, None], share[:, None])
    return weights
