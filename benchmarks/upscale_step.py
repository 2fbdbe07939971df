"""A training step of the nets for super-resolution against the bare products and convolutions of that step.

    python benchmarks/upscale_step.py            # gcnn-vector at 127 k parameters, 4^3 -> 16^3 and 16^3 -> 64^3 voxels
    python benchmarks/upscale_step.py --small    # every variant at the size of the default study, 8^3 -> 32^3

Our step is all of it, in bf16: filters from weights, forward, loss, backward, Adam, one box. The bare one is the same
arithmetic by torch's own calls and nothing else, forward and both backward ones of each layer: matrix products for
mixing, interpolation and the last layer; convolutions for the others, of which the gradient by a kernel that each
channel has of its own is three of planes (torch's own for volumes takes twenty times as long). What lies between is
norms, ReLU, the walls of the box and what memory costs. "published" is the step that the authors' code took here at
4^3, and that times 64 at 16^3. Steps run in turn, in one process on one thread; processor time, median. The peak
memory of our steps is that of a process of their own. Written to benchmarks/results/upscale_step.csv.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from results import command
from timing import timed
from torch.nn import functional

from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params import load
from equidyn.core.params.variant import Variant
from equidyn.core.training.loop import Trainer
from equidyn.domains.turbulence.source.volumes import Volumes
from equidyn.domains.turbulence.tasks.upscale.recipe import UpscaleRecipe
from equidyn.domains.turbulence.tasks.upscale.task import Upscale
from equidyn.grids.conv import Layer, Separable
from equidyn.grids.refining import RefiningNet

STUDY, LARGE_HIDDEN, SMALL_SIDE = "turbulence", [28, 28, 28], 8
PUBLISHED = {4: 2.7, 16: 2.7 * 64}  # seconds, by voxels along an edge of the coarse box
LIMIT = 6.0  # GB
Work = Callable[[], object]


def variant_of(name: str, small: bool) -> Variant:
    """A variant of the default study, or that as wide as published."""
    variant = load().studies[STUDY].variants[name]
    if small:
        return variant
    return variant.model_copy(update={"options": variant.options | {"hidden": LARGE_HIDDEN}})


def noise(side: int) -> Volumes:
    """Random fields, one sample per split: the cost of a step does not depend on their values."""
    coarse, fine = torch.randn(3, 3, 3, side, side, side), torch.randn(3, 3, 4 * side, 4 * side, 4 * side)
    ranges = np.array([[0, 1], [1, 2], [2, 3]])
    return Volumes(coarse.numpy(), fine.numpy(), np.arange(3), ranges, {"periodic": True})


def our_step(name: str, side: int, small: bool) -> tuple[Work, RefiningNet]:
    """One step of the real training loop."""
    study, variant = load().studies[STUDY], variant_of(name, small)
    task = Upscale(study.task, noise(side), torch.device("cpu"))
    network = build_network(variant, task.inputs, task.outputs, seed=0).train()
    network.relax(0.5)
    training = study.training.model_copy(update={"batch_size": 1, "steps_per_epoch": 1, "validation_samples": 1})
    recipe = UpscaleRecipe(task, variant, training, seed=0)
    trainer = Trainer(network, recipe, training, seed=0, device=task.device, precision="bf16")
    (batch,) = recipe.batches(1)
    return lambda: trainer._step(batch, training.learning_rate), network


def bare_step(network: RefiningNet, side: int) -> Work:
    """The products and convolutions of all layers, forward and backward, on fields of noise."""
    fields: dict[tuple[int, int], torch.Tensor] = {}

    def field(channels: int, refinement: int) -> torch.Tensor:
        length = side * refinement
        return fields.setdefault((channels, length), torch.randn(1, length, length, length, channels).bfloat16())

    works = [work for layer in network.layers for work in _works(layer, field)]
    return lambda: [work() for work in works]


def _works(layer: Layer, field: Callable[[int, int], torch.Tensor]) -> list[Work]:
    inputs, outputs = layer.inputs, layer.outputs
    given, answer = field(inputs.channels, inputs.refinement), field(outputs.channels, outputs.refinement)
    if isinstance(layer, Separable):
        mixed = field(outputs.channels, inputs.refinement)
        return [*_products(given, mixed), *_interpolations(mixed, layer.refined), *_by_channel(answer)]
    if outputs.channels * 27 < inputs.channels:
        return _products(given, field(outputs.channels * 27, outputs.refinement))
    between = field(inputs.channels, outputs.refinement)
    return [*_interpolations(given, layer.refined), *_convolutions(between, answer)]


def _products(given: torch.Tensor, answer: torch.Tensor) -> list[Work]:
    """Of a matrix at each voxel: the answer, and the gradients by the rows and by the matrix."""
    rows, slopes = given.flatten(0, -2), answer.flatten(0, -2)
    matrix = torch.randn(slopes.shape[1], rows.shape[1]).bfloat16()
    return [lambda: rows @ matrix.T, lambda: slopes @ matrix, lambda: slopes.T @ rows]


def _interpolations(given: torch.Tensor, factor: int) -> list[Work]:
    """Axis by axis, there and back."""
    works: list[Work] = []
    for axis in (1, 2, 3) if factor > 1 else ():
        length, behind = given.shape[axis], given.flatten(axis + 1)
        weights = torch.randn(factor * length, length).bfloat16()
        finer = torch.matmul(weights, behind)
        works += [
            lambda weights=weights, behind=behind: torch.matmul(weights, behind),
            lambda weights=weights, finer=finer: torch.matmul(weights.T, finer),
        ]
        given = finer.unflatten(-1, given.shape[axis + 1 :])
    return works


def _by_channel(rows: torch.Tensor) -> list[Work]:
    """Of a kernel for each channel: the answer, the gradient by the field, and that by the kernel, of planes."""
    channels = rows.shape[-1]
    volume, planes = rows.permute(0, 4, 1, 2, 3), rows[0].permute(0, 3, 1, 2)
    kernel = torch.randn(channels, 1, 3, 3, 3).bfloat16()

    def convolve() -> torch.Tensor:
        return functional.conv3d(volume, kernel, padding=1, groups=channels)

    gradient = _gradient(planes, planes, kernel[:, :, 0], channels, (False, True))
    return [convolve, convolve, gradient, gradient, gradient]


def _convolutions(given: torch.Tensor, answer: torch.Tensor) -> list[Work]:
    """Of a whole kernel: the answer, and both gradients (that by the field of the first layer is not needed)."""
    kernel = torch.randn(answer.shape[-1], given.shape[-1], 3, 3, 3).bfloat16()
    volume, slope = (rows.permute(0, 4, 1, 2, 3) for rows in (given, answer))
    kernel = kernel.contiguous(memory_format=torch.channels_last_3d)
    wanted = (given.shape[-1] > 9, True)
    return [lambda: functional.conv3d(volume, kernel, padding=1), _gradient(slope, volume, kernel, 1, wanted)]


def _gradient(
    slope: torch.Tensor, field: torch.Tensor, kernel: torch.Tensor, groups: int, wanted: tuple[bool, bool]
) -> Work:
    ones, zeros = [1] * (field.dim() - 2), [0] * (field.dim() - 2)
    shape = (None, ones, ones, ones, False, zeros, groups, [*wanted, False])
    return lambda: torch.ops.aten.convolution_backward(slope, field, kernel, *shape)


def tell_peak(name: str, side: int, small: bool) -> None:
    """Take two steps and print the peak memory of this process [GB]."""
    torch.set_num_threads(1)
    step, _ = our_step(name, side, small)
    step(), step()
    print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9))


def peak(name: str, side: int, small: bool) -> float:
    """Peak memory of a process that does nothing but our steps, torch included [GB]."""
    folder = str(Path(__file__).parent)
    script = f"import sys; sys.path.insert(0, {folder!r}); import upscale_step as own; own.tell_peak{name, side, small}"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(json.loads(told.stdout))


def compare(name: str, side: int, small: bool, gigabytes: float) -> dict:
    """One row; gigabytes: the peak memory."""
    step, network = our_step(name, side, small)
    ours, bare = timed(step, bare_step(network, side), repeats=7 if side <= SMALL_SIDE else 2)
    work = 6e-9 * network.multiply_adds() * (4 * side) ** 3
    return {
        "variant": name,
        "coarse voxels": f"{side}^3",
        "parameters": count_parameters(network.settled()),
        "step [s]": round(ours, 3),
        "bare [s]": round(bare, 3),
        "share of bare speed": round(bare / ours, 3),
        "GFLOP/s of ours": round(work / ours, 1),
        "published [s]": "" if small else round(PUBLISHED[side], 1),
        "times faster": "" if small else round(PUBLISHED[side] / ours, 1),
        "peak [GB]": round(gigabytes, 2),
        "limit [GB]": LIMIT,
    }


def rows(small: bool) -> Iterator[dict]:
    """One row per net, or per size."""
    variants = load().studies[STUDY].variants
    names = [name for name in variants if "hidden" in variants[name].options and variants[name].augment == "none"]
    pairs = [(name, SMALL_SIDE) for name in names] if small else [("gcnn-vector", side) for side in PUBLISHED]
    # Peaks come first: the system counts what its parent holds to a process.
    peaks = [peak(name, side, small) for name, side in pairs]
    for (name, side), gigabytes in zip(pairs, peaks, strict=True):
        yield compare(name, side, small, gigabytes)


if __name__ == "__main__":
    command("upscale_step", __doc__, rows)
