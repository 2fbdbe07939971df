"""What the test preset computes, here or as another machine would: its data, and the first step of each training.

    python tests/machines.py TO

writes all of it to TO (.npz): for a process to which `other_kernels` are given, since kernels are chosen by libraries
when they are imported.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch
from toy_images import digits

from equidyn.core.data.store import SPLITS, Stored
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import Params, load
from equidyn.core.provenance import Clock
from equidyn.core.training.precision import arithmetic, set_up
from equidyn.core.training.task import Task, recipe_of, task_of
from equidyn.domains.sets.source import gaussian
from equidyn.domains.smoke.source import smoke
from equidyn.domains.smoke.source.levels import simulations
from equidyn.domains.smoke.source.simulator import SmokeSimulator
from equidyn.domains.turbulence.source import turbulence

PROJECT = Path(__file__).resolve().parents[1]
STUDIES = ("smoke-levels", "turbulence", "gaussian", "digits-autoencoder", "digits-cnn")  # one of each task
CPU = torch.device("cpu")
_MAKERS = {"smoke": smoke, "turbulence": turbulence, "gaussian": gaussian}


@cache
def params() -> Params:
    """Those of the test preset."""
    return load(PROJECT / "presets/test/params.yaml")


@cache
def dataset(study: str) -> Stored:
    """The study's first dataset, as `prepare` makes it; of digits, synthetic ones of the same size and number."""
    source, (name, wanted) = params().studies[study].source, next(iter(params().studies[study].datasets.items()))
    if source.kind == "digits":
        return digits(source.side, {split: getattr(source.split, split) for split in SPLITS})
    return _MAKERS[source.kind].make(source, wanted, f"{study}/{name}", Clock({}, source.kind))


@cache
def task(study: str) -> Task:
    """The study's task on that dataset."""
    return task_of(params().studies[study], dataset(study), CPU)


@cache
def trained_variants(study: str) -> list[str]:
    """Names of the study's variants that have weights."""
    return [name for name in params().studies[study].variants if count_parameters(network(study, name))]


def network(study: str, variant: str) -> Network:
    """The variant's network as its training with seed 1 begins."""
    return build_network(params().studies[study], variant, task(study).inputs, task(study).outputs, 1)


def first_step(study: str, variant: str, precision: str = "fp32") -> dict[str, torch.Tensor]:
    """predictions and gradient of the first step, flat float32 vectors: all answers of the net, all its weights."""
    net, settings = network(study, variant).train(), params().studies[study]
    recipe = recipe_of(settings, task(study), settings.variants[variant], settings.training_of(variant), 1)
    answers: list[torch.Tensor] = []
    net.register_forward_hook(lambda module, given, answer: answers.append(answer.detach().float().flatten()))
    net.begin(1, 1)
    net.relax(1.0)
    with arithmetic(CPU, precision):
        loss, _ = recipe.loss(net, next(iter(recipe.batches(1))))
    (loss + net.penalty()).backward()
    gradient = torch.cat([weight.grad.flatten() for weight in net.parameters()])
    return {"predictions": torch.cat(answers), "gradient": gradient}


@cache
def reference_step(study: str, variant: str) -> dict[str, torch.Tensor]:
    """`first_step` in float32 with one thread, which the caller sees to; not to be changed."""
    return first_step(study, variant)


def smoke_in_float64() -> np.ndarray:
    """The smoke's last velocity before it is rounded for storing, (simulation, 2, y, x)."""
    study = params().studies["smoke-levels"]
    simulator = SmokeSimulator(study.source, simulations(study.source, study.datasets["eps000"]))
    for _ in range(study.source.warmup + study.source.frames):
        frame = simulator.advance()
    return frame.velocity


def computed() -> Iterator[tuple[str, np.ndarray]]:
    """STUDY/data/ARRAY, smoke in float64, and STUDY/VARIANT/{predictions, gradient}."""
    set_up(params().compute)
    yield "smoke in float64", smoke_in_float64()
    for study in STUDIES:
        yield from ((f"{study}/data/{name}", array) for name, array in dataset(study).arrays().items())
        for variant in trained_variants(study):
            yield from ((f"{study}/{variant}/{what}", x.numpy()) for what, x in reference_step(study, variant).items())


def other_kernels() -> dict[str, str]:
    """Variables by which the libraries do without every extension of the instruction set that they may leave out.

    They are those of oneDNN, MKL and OpenBLAS for processors of the x86 family; elsewhere most change nothing.
    """
    return {
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "NPY_DISABLE_CPU_FEATURES": " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])),
    }


def computed_elsewhere(to: Path) -> dict[str, np.ndarray]:
    """`computed` by a process of other kernels, by way of the file `to`."""
    command = [sys.executable, __file__, str(to)]
    there = {**os.environ, **other_kernels()}
    done = subprocess.run(command, env=there, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with np.load(to) as found:
        return dict(found)


if __name__ == "__main__":
    np.savez(sys.argv[1], **dict(computed()))
