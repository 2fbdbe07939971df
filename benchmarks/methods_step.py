"""A training step of each method that relaxes or teaches a symmetry, against a step of its base net: docs/methods.md.

    python benchmarks/methods_step.py

The sizes are those of presets/reference: smoke on 20 x 20 cells and turbulence, 6^3 -> 24^3 voxels, in fp32. A step is
all of it: filters from weights, forward, loss and penalty, backward, clipping, Adam, and what a method does afterwards.
A method is relaxed as in the middle of training, and starts where its base net does. Both sides run in turn, in one
process on one thread; processor time, median. Written to benchmarks/results/methods_step.csv.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from results import save_and_show
from subjects import noise_fields, noise_volumes, training_step
from timing import timed

from equidyn.core.data.store import Stored
from equidyn.core.params import Study, load

PRESET = Path(__file__).parents[1] / "presets" / "reference" / "params.yaml"
BASES = {"smoke-levels": ("gcnn", "cnn"), "turbulence": ("gcnn-vector", "cnn")}  # of relaxations, of treatments
# Method -> where it is entered, its options, and the ratio that it should stay below.
METHODS: dict[str, tuple[str, dict[str, Any], float | None]] = {
    "projection": ("relax", {}, 1.1),
    "softeq": ("relax", {}, 1.1),
    "ace": ("relax", {}, 1.3),
    "gap_gate": ("relax", {}, 1.3),
    "remul": ("treatment", {"weight": 1.0}, 2.2),
    "latent": ("treatment", {"weight": 5e-3}, 2.2),
    "consistency": ("treatment", {"weight": 30.0}, None),
}
REPEATS = 31


def with_method(study: Study, base: str, method: str) -> Study:
    """The study with that method in its variant `base`."""
    key, options, _ = METHODS[method]
    if method == "latent" and study.domain == "turbulence":
        options = options | {"action": "trivial"}  # a net of 2 channels on the fine grid has no regular fields
    tree = study.variants[base].model_dump() | {key: {"by": method, "options": options}}
    return study.model_copy(update={"variants": study.variants | {base: type(study.variants[base])(**tree)}})


def steps_of(study: Study, base: str, methods: list[str], data: Stored) -> Iterator[Callable[[], object]]:
    """The base net's step, and that of each method."""
    for changed in [study, *(with_method(study, base, method) for method in methods)]:
        yield training_step(changed, base, data, "fp32")[0]


def rows() -> Iterator[dict]:
    """One row per study and method."""
    for name, bases in BASES.items():
        study = load(PRESET).studies[name]
        source = study.source
        plane = name == "smoke-levels"
        data = noise_fields(source.resolution) if plane else noise_volumes(source.resolution // source.factor)
        for base, key in zip(bases, ("relax", "treatment"), strict=True):
            methods = [method for method, (entry, *_) in METHODS.items() if entry == key]
            alone, *took = timed(*steps_of(study, base, methods, data), repeats=REPEATS)
            for method, seconds in zip(methods, took, strict=True):
                yield {
                    "study": name,
                    "method": method,
                    "step [ms]": round(1e3 * seconds, 2),
                    "base": base,
                    "its step [ms]": round(1e3 * alone, 2),
                    "ratio": round(seconds / alone, 3),
                    "wanted": METHODS[method][2],
                }


if __name__ == "__main__":
    torch.set_num_threads(1)
    save_and_show("methods_step", list(rows()))
