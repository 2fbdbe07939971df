"""lie: how far the learned map is from commuting with small rotations.

The Lie derivative of symmetry/lie.py: vector components turn with the pixels.
"""

from collections.abc import Callable
from functools import partial

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.symmetry import lie
from equidyn.symmetry.directional import mean_norm
from equidyn.symmetry.error import ratio
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.generator import rotation_generator

TITLE = "Lie derivative"
QUANTITIES = (
    Quantity("absolute", "absolute", "rms velocity/rad", "lower", "log"),
    Quantity("relative", "Lie derivative, relative", "1/rad", "lower", "log", headline=True),
)


def measure(context: RolloutContext, *, windows: PositiveInt = 16) -> dict[str, float]:
    """Lie derivative of the first predicted frame, over `windows` test windows spread evenly over the split.

    With ||.|| the root mean square over components and all pixels, those beside the walls included:
    absolute: E_x ||Lf(x)|| [unit of f per rad]; relative: absolute / E_x ||f(x)||, infinite if only f(x) is 0.
    Means of numbers per window, so independent of the size of a batch. In a residual task f(x) is the last frame plus
    the net's answer: the frame commutes with rotations, and drops out of Lf up to round-off. On fields that the grid
    hardly resolves, maps that commute with rotations in the limit have an Lf too; so compare nets on the same data.
    """
    task = context.task
    inputs = context.sample(windows, 1).inputs
    answer, derivative = lie_derivative(
        lambda field: task.unroll(context.network, field, 1)[0], inputs, task.inputs, task.outputs
    )
    absolute, size = mean_norm(derivative), mean_norm(answer)
    return {"absolute": absolute.item(), "relative": ratio(absolute, size)}


def lie_derivative(
    function: Callable[[torch.Tensor], torch.Tensor], field: torch.Tensor, inputs: FieldType, outputs: FieldType
) -> tuple[torch.Tensor, torch.Tensor]:
    """f(x) and Lf(x) of rotations, both (batch, outputs.channels, n, n); field: (batch, inputs.channels, n, n)."""
    motions = [partial(rotation_generator, kind=kind) for kind in (inputs, outputs)]
    return lie.lie_derivative(function, field, *motions)
