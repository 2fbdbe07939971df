"""sharpness: how much the training loss changes when the weights move a given distance in random directions.

mean over t in T and d in D of |L(w + t d) - L(w)|, d on the unit sphere, after Zhao et al. 2023 (arXiv 2305.13404), as
the blog "Effect of equivariance on training dynamics" (GRaM 2024) defines it. What its code computes instead is
curvature/audit/sharpness.py.
"""

from collections.abc import Callable
from typing import Any

import torch

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import Quantity
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.types import PositiveInt
from equidyn.curvature.landscape import Landscape

RADII = (0.1, 0.4, 0.7, 1.0)  # T, as in the published code

QUANTITIES = (
    Quantity("sphere_mean", "unit sphere, mean over t", "{loss}", "lower", "log", headline=True),
    Quantity("adaptive_mean", "adaptive, mean over t", "{loss}", "lower", "log"),
    Quantity("loss", "loss here", "{loss}", detail=True),
    Quantity("control", "sphere, t = 0", "{loss}"),
    Quantity("radii", "t", axis="radii", scale="log"),
    Quantity("sphere", "unit sphere", "{loss}", "lower", "log", axis="radii"),
    Quantity("adaptive", "adaptive", "{loss}", "lower", "log", axis="radii"),
)


def measure(
    context: EvaluationContext, *, samples: PositiveInt = 16, steps: PositiveInt = 1, directions: PositiveInt = 5
) -> dict[str, Any]:
    """Sharpness over `samples` training samples and `directions` directions (published: 5) [loss].

    sphere: directions uniform on the unit sphere, one number for each of `radii`; sphere_mean: their mean, over T and D
    together. adaptive, adaptive_mean: directions whose filters are as long as the network's (`filter_normalised`), so t
    is relative to the weights. The loss, at `steps` rollout steps, is taken in eval mode, on the same samples, once at
    w; the same directions serve all t. control: sphere at t = 0, by the same path: exactly 0. Nothing for a network
    without parameters.
    """
    if not count_parameters(context.network):
        return {}
    landscape = Landscape(context.network, context.task, context.training_sample(samples, steps))
    here = landscape.value(landscape.point)
    sphere = sphere_directions(landscape.point, directions)
    adaptive = torch.stack([filter_normalised(landscape, direction) for direction in sphere])

    def change(towards: torch.Tensor, radius: float) -> float:
        return mean_change(landscape.value, landscape.point, here, towards, radius)

    by_radius = {
        name: [change(towards, radius) for radius in RADII]
        for name, towards in (("sphere", sphere), ("adaptive", adaptive))
    }
    return {
        **by_radius,
        **{f"{name}_mean": sum(changes) / len(changes) for name, changes in by_radius.items()},
        "loss": here,
        "control": change(sphere, 0.0),
        "radii": list(RADII),
    }


def mean_change(
    loss: Callable[[torch.Tensor], float], point: torch.Tensor, here: float, directions: torch.Tensor, radius: float
) -> float:
    """Mean over directions d, (count, weights), of |loss(point + radius d) - here|, where here = loss(point)."""
    changes = [abs(loss(point + radius * direction) - here) for direction in directions]
    return sum(changes) / len(changes)


def sphere_directions(point: torch.Tensor, count: int) -> torch.Tensor:
    """Directions uniform on the unit sphere around `point`, (count, weights); the same at each call."""
    drawn = torch.randn(count, len(point), generator=torch.Generator().manual_seed(0)).to(point)
    return drawn / drawn.norm(dim=1, keepdim=True)


def filter_normalised(landscape: Landscape, direction: torch.Tensor) -> torch.Tensor:
    """The direction with each filter scaled to the norm of the network's filter (Li et al. 2018, arXiv 1712.09913).

    A filter: a slice along the first axis of a weight, which is an output field, or a bank of filters. Biases and
    norms stay as they are, as in that paper.
    """
    parts, weights = landscape.parts(direction).values(), landscape.parts(landscape.point).values()
    return torch.cat([_scaled(part, weight).flatten() for part, weight in zip(parts, weights, strict=True)])


def _scaled(part: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    if weight.dim() < 2:
        return torch.zeros_like(part)
    ratios = weight.flatten(1).norm(dim=1) / part.flatten(1).norm(dim=1)
    return part * ratios.view(-1, *[1] * (part.dim() - 1))
