"""sharpness: how much the training loss changes when the weights move a given distance in random directions.

mean over t in T and d in D of |L(w + t d) - L(w)|, d on the unit sphere, after Zhao et al. 2023 (arXiv 2305.13404), as
the blog "Effect of equivariance on training dynamics" (GRaM 2024) defines it. What its code computes instead is
curvature/audit/sharpness.py.
"""

from typing import Any

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import Quantity
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.types import PositiveInt
from equidyn.curvature.directions import RADII, mean_change, towards
from equidyn.curvature.landscape import Landscape

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
    ways = towards(landscape, directions)

    def change(name: str, radius: float) -> float:
        return mean_change(landscape.value, landscape.point, here, ways[name], radius)

    by_radius = {name: [change(name, radius) for radius in RADII] for name in ways}
    return {
        **by_radius,
        **{f"{name}_mean": sum(changes) / len(changes) for name, changes in by_radius.items()},
        "loss": here,
        "control": change("sphere", 0.0),
        "radii": list(RADII),
    }
