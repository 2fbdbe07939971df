"""A tiny study of super-resolution on synthetic flows, for tests that need no simulation."""

from typing import Any

import numpy as np
import torch
from toy import TREE, randomised, write_study

from equidyn.core import paths
from equidyn.core.data.store import SPLITS, laid_out, write
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params
from equidyn.core.training.task import dataset_of, task_of
from equidyn.domains.turbulence.source.volumes import Volumes
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.domains.turbulence.tasks.upscale.recipe import UpscaleRecipe
from equidyn.grids.norm import NormReLU
from equidyn.grids.upscaler import Upscaler

SIDE, FACTOR, CONTEXT = 12, 2, 3  # voxels along an edge of the fine box, per coarse one; coarse frames of a sample
SAMPLES, SPLIT = 3, {"train": 2, "validation": 1, "test": 1}  # samples of a simulation, and simulations
NET = {"hidden": [2, 2]}
NAMES = ("trilinear", "cnn", "cnn-aug", "gcnn-scalar", "gcnn-vector", "rgcnn-vector", "relax-anneal")
NONE, PLAIN, TURNED, SCALAR, STRICT, RELAXED, ANNEALED = (Cell("boxes", "isotropic", name, 1) for name in NAMES)
STUDY = {
    "domain": "turbulence",
    "seeds": [1],
    "source": {
        "kind": "turbulence",
        "resolution": SIDE,
        "factor": FACTOR,
        "filter": "box",
        "viscosity": 0.12,
        "dt": 0.1,
        "forcing": {"wavenumber": 2.5, "power": 0.5},
        "burn_in": 12,
        "samples": SAMPLES,
        "interval": 5,
        "context": CONTEXT,
        "spacing": 2,
        "split": {"by": "simulation", **SPLIT},
        "blocks": 2,
        "seed": 0,
    },
    "datasets": {"isotropic": {"anisotropy": 0.0}},
    "task": {"kind": "upscale", "loss": "mae"},
    "training": TREE["studies"]["toy"]["training"] | {"steps_per_epoch": 3, "batch_size": 2, "clip": 0.0},
    "variants": {
        "trilinear": {"model": "trilinear", "options": {}, "augment": "none"},
        "cnn": {"model": "cnn", "options": NET, "augment": "none"},
        "cnn-aug": {"model": "cnn", "options": NET, "augment": "cube"},
        "gcnn-scalar": {"model": "gcnn", "options": NET | {"components": "scalar"}, "augment": "none"},
        "gcnn-vector": {"model": "gcnn", "options": NET, "augment": "none"},
        "rgcnn-vector": {"model": "rgcnn", "options": NET | {"relax_spatial": True}, "augment": "none"},
        "relax-anneal": {"model": "gcnn", "options": NET, "relax": {"by": "anneal"}, "augment": "none"},
    },
    "measures": {
        "super_resolution": {"at": ["best", "early"], "options": {}},
        "spectrum": {"at": ["best"], "options": {}},
        "cost": {"at": ["best"], "options": {}},
        "sharpness": {"at": ["best", "early"], "options": {"samples": 1, "directions": 2}},
        "hessian": {
            "at": ["best", "early"],
            "options": {"samples": 1, "iterations": 4, "probes": 1, "batches": 1, "batch_size": 1},
        },
    },
}


def flow(side: int, times: np.ndarray, seed: int) -> np.ndarray:
    """Solenoidal waves in a periodic box, (time, 3, z, y, x) float64: modes of 0 < |k_i| <= 3, slowly moving.

    The grid is one of cell centres; each velocity is perpendicular to its wave vector, so divergence is 0.
    """
    random = np.random.default_rng(seed)
    places = 2 * np.pi * (np.arange(side) + 0.5) / side
    z, y, x = np.meshgrid(places, places, places, indexing="ij")
    found = np.zeros((len(times), 3, side, side, side))
    for _ in range(40):
        wave = random.integers(-3, 4, size=3)
        wave[0] += not wave.any()
        along, phase = np.cross(wave, random.normal(size=3)), random.uniform(0, 6)
        angle = wave[0] * x + wave[1] * y + wave[2] * z + phase + times[:, None, None, None]
        found += along[:, None, None, None] / (wave @ wave) * np.cos(angle)[:, None]
    return found


def block_means(fields: np.ndarray, factor: int) -> np.ndarray:
    """Fields (..., Z, Y, X) averaged over blocks of factor^3 voxels."""
    *front, depth, height, width = fields.shape
    sides = (depth // factor, factor, height // factor, factor, width // factor, factor)
    return fields.reshape(*front, *sides).mean(axis=(-5, -3, -1))


def volumes(side: int = SIDE, factor: int = FACTOR, context: int = CONTEXT) -> Volumes:
    """SAMPLES samples of each of the independent flows of SPLIT."""
    coarse, fine = [], []
    for simulation in range(sum(SPLIT.values())):
        times = 0.3 * np.arange(SAMPLES)[:, None] + 0.1 * np.arange(-(context // 2), context // 2 + 1)
        frames = flow(side, times.ravel(), simulation).reshape(SAMPLES, context, 3, side, side, side)
        coarse.append(block_means(frames, factor))
        fine.append(frames[:, context // 2])
    fine = np.concatenate(fine).astype(np.float32)
    rms = float(np.sqrt(np.square(fine[: SAMPLES * SPLIT["train"]], dtype=float).mean()))
    return Volumes(
        np.concatenate(coarse).astype(np.float32),
        fine,
        np.repeat(np.arange(sum(SPLIT.values())), SAMPLES),
        laid_out({name: SAMPLES * SPLIT[name] for name in SPLITS}, 1),
        {"provenance": _PROVENANCE, "checks": {"equivariance": None, "rms": {"train": rms}}},
    )


_PROVENANCE = {"source": "synthetic waves", "wall_seconds": 0.0}


def volume_params(**training: Any) -> Params:
    """Write params.yaml and the flows in the working folder; `training` overrides keys of the study's training."""
    write(paths.dataset("boxes", "isotropic"), volumes())
    return write_study("boxes", STUDY, **training)


def awake(network: Upscaler) -> Upscaler:
    """At random weights in float64, but no field is shut by its ReLU, so that what a net may break is not hidden."""
    randomised(network.double(), seed=7)
    for block in network.modules():
        if isinstance(block, NormReLU):
            if block.norm is not None:
                block.norm.weight.data.fill_(1.0)
            (block.bias if block.norm is None else block.norm.bias).data.fill_(0.5)
    return network


def lessons_of_cell(params: Params, cell: Cell, seed: int = 1) -> UpscaleRecipe:
    """How the cell's variant is trained with this seed."""
    study = params.studies["boxes"]
    task = task_of(study, dataset_of(study, paths.dataset("boxes", "isotropic"), seed), torch.device("cpu"))
    return UpscaleRecipe(task, study.variants[cell.variant], study.training_of(cell.variant), seed)


def subject_of_cell(params: Params, cell: Cell) -> UpscaleContext:
    """The cell's network at random weights, ready to be measured."""
    task = lessons_of_cell(params, cell).task
    network = build_network(params.studies["boxes"], cell.variant, task.inputs, task.outputs, 0)
    return UpscaleContext(randomised(network).eval(), task)
