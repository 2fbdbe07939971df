"""audit/lie: the Lie derivative as the blog "Effect of equivariance on training dynamics" (GRaM 2024) computes it.

From reading dgcnz/relaxed-equivariance-dynamics, which takes its rotation from ngruver/lie-deriv (made there for
images). Where it differs from domains/smoke/measures/lie.py: pixels turn, vector components do not, so that the exactly equivariant
map u -> grad div u has a derivative that is not 0; norms are averaged in a batch and summed over batches, so that the
result is inversely proportional to the size of the batches and grows with the number of windows, and they are not
divided by the number of pixels; the network is in train mode; and rotations are by bilinear interpolation, whose left
and right derivatives at t = 0 differ: which one is taken at a pixel is up to round-off in its coordinate.
The published code differentiates backwards twice; forward-mode differentiation gives the same number.
"""

from collections.abc import Callable

import torch

from equidyn.core.params.types import PositiveInt
from equidyn.curvature.audit.train_mode import train_mode
from equidyn.domains.smoke.measures.lie import directional
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext


def measure(context: RolloutContext, *, windows: PositiveInt = 40, batch_size: PositiveInt = 8) -> dict[str, float]:
    """Sum over batches of the mean norm of the derivative of the first predicted frame, over 3, as published.

    windows: of the test split, spread evenly; published: all, 40 of them. batch_size: 8 as published for the levels.
    """
    task, network = context.task, context.network
    inputs = context.sample(windows, 1).inputs
    with train_mode(network):
        sizes = [
            pixel_lie_derivative(lambda field: task.unroll(network, field, 1)[0], batch).flatten(1).norm(dim=1).mean()
            for batch in inputs.split(batch_size)
        ]
    return {"published": sum(sizes).item() / 3}  # 3: the axes of a field, by which the code means to normalise


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
