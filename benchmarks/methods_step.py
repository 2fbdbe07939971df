"""A training step of each way to loosen a symmetry beside that of its base net, in the plane and in a box.

    python benchmarks/methods_step.py    # one minute

The whole step of presets/reference, with what follows the optimiser's, in fp32, at 20 x 20 cells and 6^3 to 24^3
voxels; methods have the fields of the base net, which has about 7.5 k (plane) and 2.9 k parameters (box). Each in turn,
in one process on one thread; the median is taken. Written to benchmarks/results/methods_step.csv.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from results import save_and_show
from subjects import noise_fields, noise_volumes, training_step
from timing import timed

from equidyn.core.params import Study, load
from equidyn.core.params.variant import Treatment

REFERENCE = Path(__file__).parents[1] / "presets/reference/params.yaml"
METHODS = {"gcnn": ("projection", "softeq", "ace", "gap_gate"), "cnn": ("remul", "latent", "consistency")}
LIMITS = {"projection": 1.1, "softeq": 1.1, "ace": 1.3, "gap_gate": 1.3, "remul": 2.2, "latent": 2.2}
# Study, data, options of each base net, rounds.
SETTINGS = {
    "plane": ("smoke-levels", lambda: noise_fields(20), {"gcnn": {"hidden": 10}, "cnn": {"hidden": 19}}, 15),
    "box": ("turbulence", lambda: noise_volumes(6), {"gcnn": {"hidden": [6, 3, 1]}, "cnn": {"hidden": [4, 4, 2]}}, 15),
}


def prepared(study: Study, base: str, options: dict[str, Any], **changed: Any) -> Study:
    """The study with one variant, the base net or a method put on it."""
    name = next(name for name, variant in study.variants.items() if variant.model == base)
    variant = study.variants[name]
    kept = {key: variant.options[key] for key in ("layers", "kernel", "norm") if key in variant.options}
    made = variant.model_copy(update={"options": kept | options, "augment": "none"} | changed)
    return study.model_copy(update={"variants": {"method": made}})


def changes(base: str, method: str, place: str) -> dict[str, Any]:
    """What the method changes of its base net's variant: the model, or what the loss sees."""
    if base == "gcnn":
        return {"model": method}
    narrow = method == "latent" and place == "box"  # 2 channels cannot be moved as a regular field of 24
    return {"treatment": Treatment(by=method, options={"weight": 1.0} | ({"action": "trivial"} if narrow else {}))}


def rows() -> Iterator[dict]:
    """One row per method and grid."""
    for place, (name, data, nets, repeats) in SETTINGS.items():
        study, dataset = load(REFERENCE).studies[name], data()
        for base, options in nets.items():
            made = [prepared(study, base, options)]
            made += [prepared(study, base, options, **changes(base, method, place)) for method in METHODS[base]]
            steps = [training_step(one, "method", dataset, "fp32")[0] for one in made]
            alone, *found = timed(*steps, repeats=repeats)
            for method, took in zip(METHODS[base], found, strict=True):
                yield {
                    "grid": place,
                    "method": method,
                    "step [ms]": round(1000 * took, 1),
                    "base": base,
                    "base's [ms]": round(1000 * alone, 1),
                    "times": round(took / alone, 2),
                    "limit": LIMITS.get(method, ""),
                }


if __name__ == "__main__":
    torch.set_num_threads(1)
    save_and_show("methods_step", list(rows()))
