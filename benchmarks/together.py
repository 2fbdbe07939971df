"""Lie derivative, sharpness and Hessian maxima of one net together: processor time of ours and of the published ways.

    python benchmarks/together.py            # a net of about 650 k parameters, 64 x 64; some minutes
    python benchmarks/together.py --small    # the sizes of the default study

In the published proportions: the Lie derivative on 16 windows, sharpness over the whole training split, maxima on
batches of 10 % of it. Each part is that of its own benchmark (lie.py, sharpness.py, hessian.py), which says what is
compared; power iteration stops by its own rule, at less than the accuracy of ours. fp32, one thread. Written to
benchmarks/results/together.csv.
"""

from functools import partial

import lie
import sharpness
from hessian import by_lanczos, by_power_iteration
from results import command
from sharpness import seconds
from subjects import LARGE, SMALL, Size, rows_of_nets

from equidyn.core.models.registry import count_parameters
from equidyn.curvature.landscape import Hessian, Landscape, split_batch
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext

BATCH = {LARGE.side: 2, SMALL.side: 16}  # windows of a batch of the maxima (published: 16)


def lie_derivatives(context: RolloutContext) -> tuple[float, float]:
    """Seconds of ours and of the published way."""
    fields = context.training_sample(lie.WINDOWS, 1).inputs
    ours, _ = seconds(lambda: lie.by_one_forward_pass(context.task, context.network, fields))
    published, _ = seconds(lambda: lie.by_two_backward_passes(context.task, context.network, fields, lie.interpolated))
    return ours, published


def sharpnesses(context: RolloutContext, size: Size) -> tuple[float, float]:
    """Seconds of ours, on a sample of windows, and of the published way, on all."""
    chosen, loader = context.training_sample(sharpness.WINDOWS[size.side], 1), context.training_sample(10**6, 1)
    ours, _ = seconds(lambda: sharpness.our_way(context, chosen))
    published, _ = seconds(lambda: sharpness.published_way(context, loader))
    return ours, published


def maxima(context: RolloutContext, size: Size) -> tuple[float, float]:
    """Seconds of ours and of the published way, on the same batches."""
    share = len(context.task.starts("train", 1)) // 10
    batches = split_batch(context.training_sample(share, 1), -(-share // BATCH[size.side]))
    landscapes = [Landscape(context.network, context.task, batch) for batch in batches]
    ours, _ = seconds(lambda: [by_lanczos(Hessian(landscape)) for landscape in landscapes])
    published, _ = seconds(lambda: [by_power_iteration(Hessian(landscape), 1e-3) for landscape in landscapes])
    return ours, published


def compare(context: RolloutContext, model: str, size: Size) -> dict:
    """One row: seconds of each, and of all."""
    lie_derivatives(context)  # warms up
    parts = {"lie": lie_derivatives(context), "sharpness": sharpnesses(context, size), "hessian": maxima(context, size)}
    parts["together"] = tuple(map(sum, zip(*parts.values(), strict=True)))
    row = {"model": model, "parameters": count_parameters(context.network), "side": size.side}
    for name, (ours, published) in parts.items():
        row |= {
            f"{name}: ours [s]": round(ours, 2),
            f"{name}: published [s]": round(published, 2),
            f"{name}: ratio": round(published / ours, 1),
        }
    return row


if __name__ == "__main__":
    command("together", __doc__, partial(rows_of_nets, compare))
