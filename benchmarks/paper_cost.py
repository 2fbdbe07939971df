"""What training presets/paper costs on processors: a measured step of each of its networks, times its steps and cells.

    python benchmarks/paper_cost.py            # some minutes of one core; needs a processor with AMX for bf16 to pay

Rollout: one optimiser step of the real loop at full size (64 x 64 cells, batch and rollout of the preset), bf16, one
thread, after one that warms up; variants that differ in alpha alone are measured once. Upscale: the same at 8^3 -> 32^3
voxels, times eight for 16^3 -> 64^3. Sets and digits cost little beside these and are left out. Steps are those of all
epochs: a training that stops early costs less. Validation and measures come on top. Processor time.
Written to benchmarks/results/paper_cost.csv.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from results import save_and_show
from subjects import noise_fields, noise_volumes, training_step
from timing import timed

from equidyn.core.models.registry import count_parameters
from equidyn.core.params import Study, load

PRESET = Path(__file__).resolve().parents[1] / "presets/paper/params.yaml"
COARSE, SMALLER = 8, 8  # coarse voxels along an edge that are measured; the preset's 16 have so many times the work
SIDE, FRAMES = 64, 40  # enough frames for a window of every task


def measured_step(study: Study, name: str) -> tuple[float, int]:
    """Processor seconds of an optimiser step at the preset's size, and the network's parameters."""
    rollout = study.task.kind == "rollout"
    step, network = training_step(study, name, noise_fields(SIDE, FRAMES) if rollout else noise_volumes(COARSE), "bf16")
    (took,) = timed(step, repeats=1)
    return took * (1 if rollout else SMALLER), count_parameters(network.deployed())


def rows() -> Iterator[dict]:
    """One row for each study and distinct network."""
    known: dict[str, tuple[float, int]] = {}
    for name, study in load(PRESET).studies.items():
        if study.task.kind not in ("rollout", "upscale"):
            continue
        for variant_name, variant in study.variants.items():
            if variant.model == "trilinear":
                continue
            options = {key: value for key, value in variant.options.items() if key != "alpha"}
            key = json.dumps(
                [study.task.model_dump(), variant.model, options, variant.augment, study.training.batch_size]
            )
            if key not in known:
                known[key] = measured_step(study, variant_name)
            yield _row(name, study, variant_name, *known[key])


def _row(name: str, study: Study, variant: str, seconds: float, parameters: int) -> dict:
    training = study.training_of(variant)
    steps, cells = training.epochs * training.steps_per_epoch, len(study.datasets) * len(study.seeds)
    print(f"{name}/{variant}: {seconds:.2f} s", flush=True)
    return {
        "study": name,
        "variant": variant,
        "parameters": parameters,
        "step, measured [s]": round(seconds, 3),
        "steps": steps,
        "a training [h]": round(seconds * steps / 3600, 2),
        "cells": cells,
        "all [core h]": round(seconds * steps / 3600 * cells),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    save_and_show("paper_cost", list(rows()))
