"""Motions of the plane, by any angle or length, of arrays (..., y, x) whose row index grows with y.

Quarter turns and shifts by whole pixels are exact; what lies between is interpolated linearly in either direction.
"""

import math
from itertools import product

import torch
from torch.nn import functional


def rotated(images: torch.Tensor, degrees: float) -> torch.Tensor:
    """Images turned counter-clockwise about their centre, with 0 where nothing has come from.

    images: (..., side, side) of floating point; raises ValueError for images that are not square. The nearest quarter
    turn is exact, and the rest bilinear, so a quarter turn more is an exact quarter turn of the result at any angle.
    """
    if images.shape[-1] != images.shape[-2]:
        raise ValueError(f"expected (..., side, side), got {tuple(images.shape)}")
    quarters = math.floor(degrees / 90 + 0.5)
    rest = degrees - 90 * quarters
    turned = _interpolated(images, math.radians(rest)) if rest else images
    return torch.rot90(turned, -quarters, dims=(-2, -1))


def translated(field: torch.Tensor, dy: float, dx: float, fill: float | torch.Tensor = 0.0) -> torch.Tensor:
    """A field (..., y, x) moved by dy rows and dx columns, towards larger indices, as a new tensor.

    fill: what comes in over the border; a number, or a tensor that broadcasts to the field's shape. A fraction of a
    pixel is a weighted mean of the two whole shifts beside it, along each axis.
    """
    corners = list(product(_beside(dy), _beside(dx)))
    if len(corners) == 1:
        return _shifted(field, math.floor(dy), math.floor(dx), fill)
    return sum(part_y * part_x * _shifted(field, y, x, fill) for (y, part_y), (x, part_x) in corners)


def _beside(shift: float) -> list[tuple[int, float]]:
    """The whole shifts between which a shift lies, and the weight of each; one, if it is whole."""
    below = math.floor(shift)
    part = shift - below
    return [(below, 1 - part), (below + 1, part)] if part else [(below, 1.0)]


def _shifted(field: torch.Tensor, dy: int, dx: int, fill: float | torch.Tensor) -> torch.Tensor:
    height, width = field.shape[-2:]
    result = torch.as_tensor(fill, dtype=field.dtype, device=field.device).expand(field.shape).clone()
    if abs(dy) < height and abs(dx) < width:
        source = field[..., max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)]
        result[..., max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = source
    return result


def _interpolated(images: torch.Tensor, angle: float) -> torch.Tensor:
    """Images read between their pixels at the places that a turn by `angle` [rad] brings onto each pixel."""
    side = images.shape[-1]
    places = torch.linspace(-1, 1, side, dtype=torch.float64)  # pixel centres, as grid_sample counts them
    y, x = torch.meshgrid(places, places, indexing="ij")
    cosine, sine = math.cos(angle), math.sin(angle)
    sources = torch.stack([cosine * x + sine * y, cosine * y - sine * x], dim=-1).to(images)
    channels = images.reshape(1, -1, side, side)  # all are read at the same places
    read = functional.grid_sample(channels, sources[None], mode="bilinear", padding_mode="zeros", align_corners=True)
    return read.reshape(images.shape)
