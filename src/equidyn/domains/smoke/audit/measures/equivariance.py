"""audit/equivariance: the equivariance error of models as the blog (GRaM 2024) computes it, after [W22].

From reading dgcnz/relaxed-equivariance-dynamics. Where it differs from domains/smoke/measures/equivariance.py: fields
turn by bilinear interpolation, which leaves round-off of about 1e-5 even in a strict net; the network is in train mode;
each batch has the same weight, whatever its size; and vectors turn against the picture (vectors by +theta, pixels by
-theta). The published nets are built on that same action, so it does not show there. The nets here are built on the
true one: with S = diag(1, -1) on vectors, a net f here is the net S f S there, and its published error on fields v is
that of f on S v under the true action (domains/smoke/source/published_action.py). So two numbers are given, with either
action.
"""

import math

import torch
from torch.nn import functional

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.curvature.audit.train_mode import train_mode
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext

ANGLES = (math.pi / 2, math.pi, math.pi / 2 * 3)

QUANTITIES = (
    Quantity("published", "as published", "rms velocity", "lower", "log", headline=True),
    Quantity("opposite", "as published, opposite action", "rms velocity", "lower", "log"),
)


def measure(context: RolloutContext, *, windows: PositiveInt = 40, batch_size: PositiveInt = 8) -> dict[str, float]:
    """Mean |component| of f(r x) - r f(x) over angles and batches, f(x) the first predicted frame [unit of f].

    published: under the action that the nets are built on, as in the published study. opposite: vectors turn against
    the picture in the arrays as they are: what the published code says of a net with the true symmetry.
    windows: of the test split, spread evenly; published: all, 40 of them. batch_size: 8 as published for the levels.
    """
    inputs = context.sample(windows, 1).inputs
    with train_mode(context.network), torch.no_grad():
        errors = torch.stack([batch_errors(context, batch) for batch in inputs.split(batch_size)]).mean(0)
    return dict(zip(("published", "opposite"), errors.tolist(), strict=True))


def batch_errors(context: RolloutContext, batch: torch.Tensor) -> torch.Tensor:
    """The error of one batch, mean over angles, with pixels turning with the vectors and against them: (2,)."""

    def answer(inputs: torch.Tensor) -> torch.Tensor:
        return context.task.unroll(context.network, inputs, 1)[0]

    original = answer(batch)
    gaps = [
        [answer(turned(batch, angle, way * angle)) - turned(original, angle, way * angle) for angle in ANGLES]
        for way in (1, -1)
    ]
    return torch.stack([torch.stack(same_way).abs().mean() for same_way in gaps])


def turned(fields: torch.Tensor, vectors: float, pixels: float) -> torch.Tensor:
    """Vectors and pixels turned counter-clockwise by an angle each [rad]; bilinear, 0 beyond the walls.

    fields: (batch, frames * 2, n, n), y growing with the row; returns the same shape.
    """
    x, y = fields.unflatten(1, (-1, 2)).unbind(2)
    # The cosine is taken in the field's precision, as published; that of pi/2 is 4e-8 then, and not 0.
    angle = torch.tensor(vectors, dtype=fields.dtype, device=fields.device)
    cosine, sine = angle.cos(), angle.sin()
    moved = torch.stack([cosine * x - sine * y, sine * x + cosine * y], dim=2).flatten(1, 2)
    # affine_grid asks where each pixel is read from: the inverse turn.
    cosine, sine = math.cos(pixels), math.sin(pixels)
    back = torch.tensor([[cosine, sine, 0.0], [-sine, cosine, 0.0]], dtype=fields.dtype, device=fields.device)
    places = functional.affine_grid(back.repeat(len(fields), 1, 1), list(fields.shape), align_corners=False)
    return functional.grid_sample(moved, places, align_corners=False)
