"""hessian: the curvature of the training loss in weight space: both ends of its spectrum, its density, its maxima.

Ends and density: Lanczos on some training samples, with the density by stochastic Lanczos quadrature
(Ghorbani et al. 2019, arXiv 1901.10159). Maxima: the eigenvalues of largest magnitude on each of several batches
(Park, Kim 2022, arXiv 2202.06709), where the published way is power iteration: curvature/audit/hessian.py.
"""

from typing import Any

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import Quantity
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.types import PositiveInt
from equidyn.core.training.task import Batch
from equidyn.curvature import spectrum
from equidyn.curvature.lanczos import Ritz
from equidyn.curvature.landscape import Hessian, Landscape, smooth, split_batch

UNIT = "loss/weight²"
QUANTITIES = (
    Quantity("largest", "largest eigenvalue", UNIT, "lower", "log"),
    Quantity("smallest", "smallest", UNIT),
    Quantity("largest_error", "bound of the largest's error", UNIT, detail=True),
    Quantity("smallest_error", "bound of the smallest's error", UNIT, detail=True),
    Quantity("top", "largest eigenvalues", UNIT, axis="rank", detail=True),
    Quantity("decayed_largest", "largest, with weight decay", UNIT),
    Quantity("decayed_smallest", "smallest, with weight decay", UNIT),
    Quantity("negative_share", "share below 0", "%"),
    Quantity("density_at", "eigenvalue", UNIT, axis="density_at", detail=True),
    Quantity("density", "spectral density", "weight²/loss", axis="density_at", detail=True),
    Quantity("tops", "largest of each batch", UNIT, axis="batch", detail=True),
    Quantity("tops_median", "largest of a batch, median", UNIT, "lower", "log", headline=True),
    Quantity("tops_iqr", "its interquartile range", UNIT),
    Quantity("maxima", "maxima of batches", UNIT, axis="batch and rank", detail=True),
    Quantity("maxima_median", "median of the maxima", UNIT),
    Quantity("maxima_iqr", "their interquartile range", UNIT),
    Quantity("maxima_negative_share", "their share below 0", "%"),
    Quantity("products", "Hessian-vector products"),
)


def measure(
    context: EvaluationContext,
    *,
    samples: PositiveInt = 4,
    steps: PositiveInt = 1,
    iterations: PositiveInt = 40,
    probes: PositiveInt = 2,
    batches: PositiveInt = 8,
    batch_size: PositiveInt = 2,
) -> dict[str, Any]:
    """Spectrum of the Hessian of the training loss, eval mode, float32 [loss per weight^2].

    Where that loss is a mean absolute error, of the mean square instead (landscape.smooth).

    samples: of the training split; steps: rollout steps of the loss; iterations: Lanczos steps from each of `probes`
    random starts, whose number is the resolution of the density (from the first: ends and top), and at most for the
    maxima; batches of batch_size samples for the maxima (published: 16 windows, 10 % of the training data).

    largest, smallest: ends of the spectrum; largest_error, smallest_error: bounds of their errors.
    top: the five largest. negative_share: share of the spectrum below -1e-3 of the largest magnitude. density_at,
    density: smoothed, integral 1. tops: the largest eigenvalue of each batch; maxima: its five of largest magnitude,
    with their signs; of both the median and the interquartile range over all batches. decayed: with weight decay,
    which adds weight_decay to each. products: Hessian-vector products spent. Nothing for networks without parameters.
    """
    if not count_parameters(context.network):
        return {}
    runs, products = _probed(context, context.training_sample(samples, steps), iterations, probes)
    found = [
        _batch_ends(context, batch, iterations)
        for batch in split_batch(context.training_sample(batches * batch_size, steps), batches)
    ]
    ends = spectrum.ends(runs[0])
    return {
        **ends,
        **{f"decayed_{name}": ends[name] + context.weight_decay for name in ("largest", "smallest")},
        **spectrum.shape(runs),
        **spectrum.of_batches([ritz for ritz, _ in found]),
        "products": products + sum(spent for _, spent in found),
    }


def _probed(context: EvaluationContext, batch: Batch, iterations: int, probes: int) -> tuple[list[Ritz], int]:
    """One Lanczos run from each random start, and the products spent.

    Here and below, a graph of the gradient lives as long as the call, so that there is one at a time.
    """
    hessian = _hessian(context, batch)
    return spectrum.probed(hessian, iterations, probes), hessian.products


def _batch_ends(context: EvaluationContext, batch: Batch, iterations: int) -> tuple[Ritz, int]:
    """What is known of the ends of one batch's spectrum, and the products spent."""
    hessian = _hessian(context, batch)
    return spectrum.ends_of(hessian, iterations), hessian.products


def _hessian(context: EvaluationContext, batch: Batch) -> Hessian:
    return Hessian(Landscape(context.network, smooth(context.task), batch))
