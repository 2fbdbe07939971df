"""How far float32 or bf16 rounds from float64, here or as another machine would: steps of training, and simulations.

    python tests/machines.py TO

writes all of it to TO (.npz): for a process to which `other_kernels` are given, since kernels are chosen by libraries
when they are imported.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from kinks import Sides
from toy import toy_dataset
from toy_images import digits
from toy_volumes import volumes

from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import SPLITS, Stored, laid_out
from equidyn.core.models.network import Network
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import Params
from equidyn.core.params.load import read_yaml
from equidyn.core.params.params import params_model
from equidyn.core.training.precision import arithmetic, set_up
from equidyn.core.training.task import Batch, Task, recipe_of, task_of
from equidyn.domains.sets.params import GaussianSource
from equidyn.domains.sets.source.gaussian_draws import SPLIT_STREAMS, Draws, draw
from equidyn.domains.smoke.source.levels import simulations
from equidyn.domains.smoke.source.simulator import SmokeSimulator
from equidyn.domains.turbulence.source.spectral import Modes
from equidyn.domains.turbulence.source.turbulence_run import flow_of
from equidyn.domains.turbulence.source.turbulence_start import start

PROJECT = Path(__file__).resolve().parents[1]
STUDIES = ("smoke-levels", "turbulence", "gaussian", "digits-autoencoder", "digits-cnn")  # one of each task
CPU = torch.device("cpu")
FLOAT32, FLOAT64, BF16 = 2.0**-24, 2.0**-53, 2.0**-8  # unit roundoff: half the distance of two numbers at 1
MORE = {  # variants of further kinds of layers, of which the test preset has none
    "smoke-levels": {
        "e2cnn": {"model": "e2cnn", "options": {"hidden": 3, "layers": 3, "kernel": 3, "norm": "none"}},
        "rgroup": {"model": "rgroup", "options": {"hidden": 2, "layers": 3, "norm": "none", "banks": 2}},
        "rsteer-published": {"model": "audit/rsteer", "options": {"hidden": 1, "layers": 3, "alpha": 1e-5}},
    },
    "turbulence": {"gcnn": {"model": "gcnn", "options": {"hidden": [2, 1, 1], "components": "vector"}}},
    "gaussian": {
        "mean": {
            "model": "mlp",
            "options": {"hidden": 8, "layers": 2},
            "impose": {"by": "symmetrized", "options": {"group": "cyclic"}},
        },
        "exchangeable": {"model": "intrinsic_exchangeable", "options": {"hidden": 4, "layers": 2}},
        "variance": {"model": "variance", "options": {"start": "exact"}},
    },
    "digits-autoencoder": {
        "equivariant": {"model": "equivariant_autoencoder", "options": {"hidden": 36, "latent": 9, "init": "published"}}
    },
    "digits-cnn": {"plain": {"model": "digits_cnn", "options": {}}},
}
STEPS = 10  # of turbulence: few enough that chaos does not yet make more of rounding


@cache
def params() -> Params:
    """Those of the test preset, with MORE variants."""
    tree = read_yaml(PROJECT / "presets/test/params.yaml")
    for study, variants in MORE.items():
        tree["studies"][study]["variants"] |= {name: more | {"augment": "none"} for name, more in variants.items()}
    return params_model(tree).model_validate(tree)


@cache
def dataset(study: str) -> Stored:
    """Data of the study's size: sets as they are drawn, blobs for digits, else noise.

    Of noise no sum cancels but by chance; of smooth fields some do, and what is left is rounding above all.
    """
    source = params().studies[study].source
    makers = {
        "smoke": lambda: noisy(toy_dataset(source.resolution)),
        "turbulence": lambda: noisy(volumes(source.resolution, source.factor, source.context)),
        "gaussian": lambda: sets(source),
        "digits": lambda: digits(source.side, {split: getattr(source.split, split) for split in SPLITS}),
    }
    return makers[source.kind]()


def noisy(fields: Stored) -> Stored:
    """Standard normal numbers in the place of all float ones."""
    dice = np.random.default_rng(0)
    drawn = {name: dice.standard_normal(x.shape, x.dtype) for name, x in fields.arrays().items() if x.dtype.kind == "f"}
    return replace(fields, **drawn)


def sets(source: GaussianSource) -> Labelled:
    """Gaussian sets, as `prepare` draws them; without its checks and pictures, which take long to import."""
    draws = Draws(source.points, source.dimensions, source.deviations, source.seed)
    drawn = [draw(draws, (SPLIT_STREAMS[split], 1), count) for split, count in source.lengths().items()]
    inputs, labels = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    return Labelled(inputs, labels, laid_out(source.lengths(), 1), {})


@cache
def task(study: str) -> Task:
    """The study's task on that dataset; its loss smooth, where it has one that is not."""
    made = task_of(params().studies[study], dataset(study), CPU)
    return made.smoothed() if hasattr(made, "smoothed") else made


@cache
def variants(study: str) -> list[str]:
    """The last of the study's variants with weights that are made of the same kinds of modules, of each such set."""
    networks = {name: network(study, name) for name in params().studies[study].variants}
    kinds = {frozenset(map(type, net.modules())): name for name, net in networks.items() if count_parameters(net)}
    return list(kinds.values())


def network(study: str, variant: str) -> Network:
    """The variant's network as its training with seed 1 begins."""
    return build_network(params().studies[study], variant, task(study).inputs, task(study).outputs, 1)


@dataclass
class Watch:
    """A network's answers while it is watched, flat, and the sides it takes; sizes: numbers asked for or given."""

    answers: list[torch.Tensor]
    sizes: list[int]
    sides: Sides

    def bound(self, precision: str) -> float:
        """What rounding may do, relative: oracle/test_arithmetic.py says why."""
        if precision == "bf16":
            return BF16 * (self.sides.narrow / len(self.sizes)) ** 0.5
        return FLOAT32 * sum(self.sizes) ** 0.5


def watched(net: Network, known: list[torch.Tensor] | None = None) -> Watch:
    """From here on; sides are taken, or noted, within `with watch.sides`."""
    watch = Watch([], [], Sides(known))

    def note(module: Network, given: tuple[torch.Tensor, ...], answer: torch.Tensor) -> None:
        watch.answers.append(answer.detach().double().flatten())
        watch.sizes.append(max(given[0].numel(), answer.numel()))

    net.register_forward_hook(note)
    return watch


def wide(values: Any, dtype: torch.dtype) -> Any:
    """The same numbers in another precision: of a tensor, a batch, several things, or what a task holds."""
    if isinstance(values, torch.Tensor):
        return values.to(dtype) if values.is_floating_point() else values
    if isinstance(values, Batch):
        return replace(values, **{field.name: wide(getattr(values, field.name), dtype) for field in fields_of(values)})
    if isinstance(values, tuple):
        return tuple(wide(part, dtype) for part in values)
    other = copy(values)
    vars(other).update({name: wide(part, dtype) for name, part in vars(values).items() if torch.is_tensor(part)})
    return other


def first_step(
    net: Network, study: str, variant: str, precision: str = "fp32", known: list[torch.Tensor] | None = None
) -> tuple[dict[str, torch.Tensor], Watch]:
    """predictions and gradient of the first step, flat: all answers of the net, all its weights; and what was seen.

    In the precision of the weights, but for what bf16 narrows. known: the sides to take.
    """
    dtype = next(net.parameters()).dtype
    settings, watch = params().studies[study], watched(net.train(), known)
    recipe = recipe_of(settings, wide(task(study), dtype), settings.variants[variant], settings.training_of(variant), 1)
    batch = wide(next(iter(recipe.batches(1))), dtype)
    net.begin(1, 1)
    net.relax(1.0)
    with watch.sides:
        with arithmetic(CPU, precision):
            loss, _ = recipe.loss(net, batch)
        (loss + net.penalty()).backward()
    gradient = torch.cat([weight.grad.double().flatten() for weight in net.parameters()])
    return {"predictions": torch.cat(watch.answers), "gradient": gradient}, watch


def rounding(study: str, variant: str, precision: str = "fp32", net: Network | None = None) -> dict[str, float]:
    """How far the first step is from float64 on the same sides, relative, as a share of what rounding may do.

    predictions, gradient; sides: how far a unit was from the side that it took, a sixth, since of many the furthest
    counts. net: another network in float32 than that of the variant.
    """
    found, watch = first_step(net or network(study, variant), study, variant, precision)
    wanted, exact = first_step(network(study, variant).double(), study, variant, known=watch.sides.taken)
    gaps = {what: relative(found[what], wanted[what]) for what in wanted} | {"sides": exact.sides.furthest / 6}
    return {what: gap / watch.bound(precision) for what, gap in gaps.items()}


def relative(found: torch.Tensor | np.ndarray, wanted: torch.Tensor | np.ndarray) -> float:
    """||found - wanted|| / ||wanted||, in float64, of real or complex numbers."""
    found, wanted = (np.asarray(values).astype(np.complex128).ravel() for values in (found, wanted))
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def smoke_in_float64() -> np.ndarray:
    """The velocity of every frame of the smoke before it is rounded for storing, (frame, simulation, 2, y, x)."""
    study = params().studies["smoke-levels"]
    simulator = SmokeSimulator(study.source, simulations(study.source, study.datasets["eps000"]))
    frames = [simulator.advance().velocity for _ in range(study.source.warmup + study.source.frames)]
    return np.stack(frames[study.source.warmup :])


def turbulence_in_float32() -> float:
    """How far modes are from those in float64 after STEPS steps from the same start, relative."""
    source = params().studies["turbulence"].source
    narrow, exact = (flow_of(source, 0.0, Modes(source.resolution, dtype)) for dtype in (torch.float32, torch.float64))
    found = start(source, 0, narrow.modes)
    wanted = found.to(torch.complex128)
    for _ in range(STEPS):
        found, wanted = narrow.step(found), exact.step(wanted)
    return relative(found, wanted)


def computed() -> Iterator[tuple[str, np.ndarray]]:
    """Smoke, sets and turbulence, and STUDY/VARIANT/{predictions, gradient, sides}: shares of what rounding may do."""
    set_up(params().compute)
    yield "kernels", np.array(torch.backends.cpu.get_cpu_capability())
    yield "smoke", smoke_in_float64()
    yield "turbulence", np.array(turbulence_in_float32())
    yield from dataset("gaussian").arrays().items()
    for study in STUDIES:
        for variant in variants(study):
            yield from ((f"{study}/{variant}/{what}", np.array(x)) for what, x in rounding(study, variant).items())


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
