"""Top five Hessian eigenvalues of a batch: products that Lanczos takes, against power iteration, the published way.

    python benchmarks/hessian.py            # a net of about 650 k parameters, 64 x 64; some minutes
    python benchmarks/hessian.py --small    # the sizes of the default study, batches of 16 windows

The published way (curvature/audit/hessian.py): power iteration with deflation. "own rule": stopped as published, when
an eigenvalue changes by less than 1e-3 from one product to the next, which does not make it known to 1e-3. "to 1e-3":
the tolerance tightened tenfold until the five are within 1e-3 of the true ones; only the last, sufficient run counts.
Ours stops when its residuals bound the errors by 1e-3. True: Lanczos with a bound of 1e-5. Both sides share the code of
the products, and keep the graph between them. Means over batches; errors are the largest. Seconds of processor time,
one thread. Written to benchmarks/results/hessian.csv.
"""

import statistics
from dataclasses import dataclass
from functools import partial

import torch
from results import command
from subjects import LARGE, SMALL, Size, rows_of_nets
from timing import seconds

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.models.registry import count_parameters
from equidyn.core.training.task import Batch
from equidyn.curvature import spectrum
from equidyn.curvature.audit.hessian import power_iteration
from equidyn.curvature.landscape import Hessian, Landscape, split_batch

BATCHES = {LARGE.side: (1, 2), SMALL.side: (4, 16)}  # batches, windows in each (published: 16)
LIMIT = 60  # Lanczos steps


@dataclass(frozen=True)
class Found:
    """What one way found on one batch: processor time, products and largest relative error."""

    seconds: float
    products: int
    error: float


def by_power_iteration(product: Hessian, tolerance: float) -> list[float]:
    """As published, but for the weight decay, which would shift the eigenvalues."""
    generator = torch.Generator().manual_seed(0)
    return power_iteration(product, product.landscape.point, generator, tolerance=tolerance)


def by_lanczos(product: Hessian) -> list[float]:
    """As curvature/hessian.py takes them."""
    return spectrum.maxima_of(product, LIMIT)


def true_values(context: EvaluationContext, batch: Batch) -> list[float]:
    """The five largest magnitudes, known to 1e-5."""
    return spectrum.maxima_of(Hessian(Landscape(context.network, context.task, batch)), LIMIT, tolerance=1e-5)


def run(context: EvaluationContext, batch: Batch, way, truth: list[float]) -> Found:
    """One way on one batch, the graph of the gradient included."""
    spent, (product, found) = seconds(lambda: _counted(context, batch, way))
    found, truth = (sorted(values, key=abs) for values in (found, truth))
    error = max(abs(one / other - 1) for one, other in zip(found, truth, strict=True))
    return Found(spent, product.products, error)


def _counted(context: EvaluationContext, batch: Batch, way) -> tuple[Hessian, list[float]]:
    product = Hessian(Landscape(context.network, context.task, batch))
    return product, way(product)


def ways(context: EvaluationContext, batch: Batch) -> dict[str, Found]:
    """Ours, the published way by its own rule, and the published way to 1e-3."""
    truth = true_values(context, batch)
    ours = run(context, batch, by_lanczos, truth)
    own_rule = tight = run(context, batch, lambda product: by_power_iteration(product, 1e-3), truth)
    tolerance = 1e-4
    while tight.error > 1e-3 and tolerance > 1e-7:
        tight = run(context, batch, lambda product, t=tolerance: by_power_iteration(product, t), truth)
        tolerance /= 10
    return {"ours": ours, "own rule": own_rule, "to 1e-3": tight}


def compare(context: EvaluationContext, name: str, size: Size) -> dict:
    """One row: products, errors and seconds of the three."""
    count, batch_size = BATCHES[size.side]
    batches = split_batch(context.training_sample(count * batch_size, 1), count)
    found = [ways(context, batch) for batch in batches]
    row = {
        "variant": name,
        "parameters": count_parameters(context.network),
        "side": size.side,
        "batches of windows": f"{count} x {batch_size}",
    }
    means = {way: statistics.mean(each[way].products for each in found) for way in found[0]}
    spent = {way: statistics.mean(each[way].seconds for each in found) for way in found[0]}
    for way in found[0]:
        row[f"{way}: products"] = round(means[way], 1)
        row[f"{way}: error"] = f"{max(each[way].error for each in found):.0e}"
        row[f"{way}: [s]"] = round(spent[way], 2)
    row["fewer products to 1e-3"] = round(means["to 1e-3"] / means["ours"], 2)
    row["fewer products than by its own rule"] = round(means["own rule"] / means["ours"], 2)
    row["less time to 1e-3"] = round(spent["to 1e-3"] / spent["ours"], 2)
    return row


if __name__ == "__main__":
    command("hessian", __doc__, partial(rows_of_nets, compare))
