"""The Lie derivative of the published code (audit/measures/lie.py): pixels turn, vector components do not."""

from collections.abc import Callable

import torch

from equidyn.symmetry.directional import directional


def pixel_lie_derivative(function: Callable[[torch.Tensor], torch.Tensor], fields: torch.Tensor) -> torch.Tensor:
    """d/dt r(-t) f(r(t) x) at t = 0, where r turns the pixels of all channels alike, (batch, channels, n, n)."""
    answer, change = directional(function, fields, pixel_generator(fields))
    return change - pixel_generator(answer)


def pixel_generator(image: torch.Tensor) -> torch.Tensor:
    """d/dt of the pixels turned counter-clockwise by t [rad] with bilinear interpolation, at t = 0; (..., n, n).

    y dv/dx - x dv/dy, as in symmetry/generator.py, with the difference of the two pixels between which each is read.
    """
    side = image.shape[-1]
    position = (torch.linspace(-1, 1, side, dtype=image.dtype, device=image.device) + 1) / 2 * (side - 1)
    # A pixel is read from its own place up to round-off, which decides whether that lies above or below the place; so
    # the scaling to [-1, 1] and back is done as published. Beyond the last pixel the image is mirrored.
    low = position.floor().long()
    high = side - 1 - (side - 2 - low).abs()
    slope_y, slope_x = (image.index_select(axis, high) - image.index_select(axis, low) for axis in (-2, -1))
    centred = position - (side - 1) / 2
    return centred[:, None] * slope_x - centred * slope_y
