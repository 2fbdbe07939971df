"""A training step of the nets for super-resolution: time, peak memory, and the published code's time.

    python benchmarks/upscale_step.py            # gcnn-vector at 127 k parameters, 4^3 -> 16^3 and 16^3 -> 64^3 voxels
    python benchmarks/upscale_step.py --small    # every net at the size of the default study, 6^3 -> 24^3

A step is all of it, in bf16: filters from weights, forward, loss, backward, Adam, one box. "published" is the step that
the authors' code took here at 4^3, and that times 64 at 16^3. Each net gets a process of its own, on one thread; peak
resident memory, torch included; processor time, median. Written to benchmarks/results/upscale_step.csv.
"""

import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch
from results import command
from subjects import noise_volumes, resized, training_step
from timing import timed

from equidyn.core.models.registry import count_parameters
from equidyn.core.params import load

STUDY, LARGE_HIDDEN = "turbulence", [28, 28, 28]
PUBLISHED = {4: 2.7, 16: 2.7 * 64}  # seconds, by voxels along an edge of the coarse box
LIMIT = 6.0  # GB


def row(name: str, side: int, small: bool) -> dict:
    """One net, in this process, in which nothing else may have run."""
    torch.set_num_threads(1)
    study = load().studies[STUDY]
    study = study if small else resized(study, name, hidden=LARGE_HIDDEN)
    study = study.model_copy(update={"training": study.training.model_copy(update={"batch_size": 1})})
    step, network = training_step(study, name, noise_volumes(side), "bf16")
    (took,) = timed(step, repeats=7 if small else 2)
    work = 6e-9 * network.multiply_adds() * (4 * side) ** 3
    return {
        "variant": name,
        "coarse voxels": f"{side}^3",
        "parameters": count_parameters(network.deployed()),
        "step [s]": round(took, 3),
        "GFLOP/s": round(work / took, 1),
        "published [s]": "" if small else round(PUBLISHED[side], 1),
        "times faster": "" if small else round(PUBLISHED[side] / took, 1),
        "peak [GB]": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
        "limit [GB]": LIMIT,
    }


def rows(small: bool) -> Iterator[dict]:
    """One row per net, or per size."""
    study = load().studies[STUDY]
    names = [name for name, variant in study.variants.items() if variant.options and variant.augment == "none"]
    side = study.source.resolution // study.source.factor
    for name, coarse in [(name, side) for name in names] if small else [("gcnn-vector", side) for side in PUBLISHED]:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(row, name, coarse, small).result()


if __name__ == "__main__":
    command("upscale_step", __doc__, rows)
