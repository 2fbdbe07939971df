"""Sharpness, against the published way: the loss of the net and of its copy over the whole loader for each direction.

    python benchmarks/sharpness.py            # a net of about 650 k parameters, 64 x 64; two minutes
    python benchmarks/sharpness.py --small    # the sizes of the default study

The published way, written anew: for each t and each direction, a perturbed copy of the net, and over all batches of the
training split the loss of the net and the loss of the copy. Here it is put right (eval mode for both, directions on the
unit sphere), so that both sides estimate one quantity, with the same directions: ours from windows spread evenly over
the split ("difference": the largest over t, relative, all due to the choice of windows). "same windows": both sides on
ours. "measure": all of curvature/sharpness.py, with the adaptive form and the control. The large loader is cut to 40
windows, a fraction of a real one (1,408 in the default study), which favours the published way. Seconds of processor
time, one thread. Written to benchmarks/results/sharpness.csv.
"""

import copy
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from results import command
from subjects import LARGE, SMALL, Size, rows_of_nets

from equidyn.core.models.registry import count_parameters
from equidyn.curvature import sharpness
from equidyn.curvature.landscape import Landscape
from equidyn.curvature.sharpness import RADII, mean_change, sphere_directions
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Windows

DIRECTIONS, BATCH = 5, 8  # both as published
WINDOWS = {LARGE.side: 4, SMALL.side: 16}  # ours


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of one call, and its answer."""
    started = time.process_time()
    answer = work()
    return time.process_time() - started, answer


def published_way(context: RolloutContext, windows: Windows) -> list[float]:
    """mean |L(w + t d) - L(w)| for each t, with both losses computed for every direction and batch."""
    batches = list(zip(windows.inputs.split(BATCH), windows.targets.split(BATCH, dim=1), strict=True))
    weights = torch.nn.utils.parameters_to_vector(context.network.parameters()).detach()
    found = []
    with torch.no_grad():
        for radius in RADII:
            changes = []
            for direction in sphere_directions(weights, DIRECTIONS):
                moved = copy.deepcopy(context.network)
                torch.nn.utils.vector_to_parameters(weights + radius * direction, moved.parameters())
                pairs = [
                    (context.task.loss(moved, Windows(*batch)), context.task.loss(context.network, Windows(*batch)))
                    for batch in batches
                ]
                there, here = torch.tensor(pairs).mean(0)
                changes.append((there - here).abs().item())
            found.append(sum(changes) / len(changes))
    return found


def our_way(context: RolloutContext, windows: Windows) -> list[float]:
    """The same numbers as curvature/sharpness.py takes them."""
    landscape = Landscape(context.network, context.task, windows)
    directions = sphere_directions(landscape.point, DIRECTIONS)
    here = landscape.value(landscape.point)
    return [mean_change(landscape.value, landscape.point, here, directions, radius) for radius in RADII]


def compare(context: RolloutContext, model: str, size: Size) -> dict:
    """One row: both sides, and how far they differ."""
    loader = context.training_sample(10**6, 1)
    ours_windows = context.training_sample(WINDOWS[size.side], 1)
    our_way(context, ours_windows)  # warms up
    ours_s, ours = seconds(lambda: our_way(context, ours_windows))
    same_s, same = seconds(lambda: published_way(context, ours_windows))
    published_s, published = seconds(lambda: published_way(context, loader))
    measure_s, _ = seconds(lambda: sharpness.measure(context, samples=WINDOWS[size.side], directions=DIRECTIONS))
    assert torch.allclose(torch.tensor(ours), torch.tensor(same), rtol=1e-2), (ours, same)
    return {
        "model": model,
        "parameters": count_parameters(context.network),
        "side": size.side,
        "windows: ours / loader": f"{WINDOWS[size.side]} / {len(loader.inputs)}",
        "ours [s]": round(ours_s, 3),
        "published [s]": round(published_s, 3),
        "ratio": round(published_s / ours_s, 1),
        "same windows: published [s]": round(same_s, 3),
        "same windows: ratio": round(same_s / ours_s, 2),
        "difference": f"{max(abs(one / other - 1) for one, other in zip(ours, published, strict=True)):.3f}",
        "measure [s]": round(measure_s, 3),
        "ratio of measure": round(published_s / measure_s, 1),
    }


if __name__ == "__main__":
    command("sharpness", __doc__, partial(rows_of_nets, compare))
