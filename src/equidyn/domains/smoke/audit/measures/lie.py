"""audit/lie: the Lie derivative as the blog "Effect of equivariance on training dynamics" (GRaM 2024) computes it.

From reading dgcnz/relaxed-equivariance-dynamics, which takes its rotation from ngruver/lie-deriv (made there for
images). Where it differs from measures/lie.py: pixels turn, vector components do not, so that the exactly equivariant
map u -> grad div u has a derivative that is not 0; norms are averaged in a batch and summed over batches, so that the
result is inversely proportional to the size of the batches and grows with the number of windows, and they are not
divided by the number of pixels; the network is in train mode; and rotations are by bilinear interpolation, whose left
and right derivatives at t = 0 differ: which one is taken at a pixel is up to round-off in its coordinate.
The published code differentiates backwards twice; forward-mode differentiation gives the same number.
"""

from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.curvature.audit.train_mode import train_mode
from equidyn.domains.smoke.audit.measures.grad_div import known_answer
from equidyn.domains.smoke.audit.measures.pixels import pixel_lie_derivative
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext

QUANTITIES = (
    Quantity("published", "as published", "1/rad", "lower", "log", headline=True),
    Quantity("grad_div.side", "cells per side", axis="grad_div.side", scale="log"),
    Quantity("grad_div.proper", "of grad div, vectors turned too", "1/rad", "none", "log", axis="grad_div.side"),
    Quantity("grad_div.pixels_only", "of grad div, pixels alone", "1/rad", "none", "log", axis="grad_div.side"),
)


def measure(context: RolloutContext, *, windows: PositiveInt = 40, batch_size: PositiveInt = 8) -> dict[str, Any]:
    """Sum over batches of the mean norm of the derivative of the first predicted frame, over 3, as published.

    windows: of the test split, spread evenly; published: all, 40 of them. batch_size: 8 as published for the levels.
    grad_div: this definition and the proper one where the answer is known to be 0 (grad_div.py); the same for all nets.
    """
    task, network = context.task, context.network
    inputs = context.sample(windows, 1).inputs
    with train_mode(network):
        sizes = [
            pixel_lie_derivative(lambda field: task.unroll(network, field, 1)[0], batch).flatten(1).norm(dim=1).mean()
            for batch in inputs.split(batch_size)
        ]
    # 3: the axes of a field, by which the code means to normalise
    return {"published": sum(sizes).item() / 3, "grad_div": known_answer()}
