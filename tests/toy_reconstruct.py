"""A tiny study of auto-encoders on synthetic images, for tests."""

from typing import Any

import torch
from toy import TREE, randomised, write_study
from toy_images import digits, digits_source

from equidyn.core import paths
from equidyn.core.data.store import write
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params
from equidyn.core.training.task import dataset_of, task_of
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext
from equidyn.domains.digits.tasks.reconstruct.recipe import ReconstructRecipe

SIDE, COUNTS = 6, {"train": 40, "validation": 20, "test": 30}
NET = {"hidden": 16, "latent": 4}
PLAIN, TURNED = Cell("images", "digits", "ae", 1), Cell("images", "digits", "ae-aug", 1)
STRICT, ATTENTIVE = (Cell("images", "digits", name, 1) for name in ("equivariant-ae", "equivariant-ae-attention"))
STUDY = {
    "domain": "digits",
    "seeds": [1],
    "source": digits_source(SIDE, COUNTS),
    "datasets": {"digits": {"origins": ["optdigits"]}},
    "task": {"kind": "reconstruct"},
    "training": TREE["studies"]["toy"]["training"]
    | {"steps_per_epoch": 5, "batch_size": 8, "validation_samples": 20, "clip": 0.0},
    "variants": {
        "ae": {"model": "autoencoder", "options": NET, "augment": "none"},
        "ae-aug": {"model": "autoencoder", "options": NET, "augment": "c4"},
        "ae-odd": {"model": "autoencoder", "options": NET | {"latent": 5}, "augment": "none"},
        "equivariant-ae": {"model": "equivariant_autoencoder", "options": NET, "augment": "none"},
        "equivariant-ae-attention": {"model": "attention_autoencoder", "options": NET, "augment": "none"},
    },
    "measures": {
        "reconstruction": {"at": ["best", "early"], "options": {}},
        "angles": {"at": ["best"], "options": {"samples": 10}},
        "attention": {"at": ["best"], "options": {}},
        "cost": {"at": ["best"], "options": {}},
        "audit/reconstruction": {"at": ["best"], "options": {"batch_size": 8}},
    },
}


def image_params(**training: Any) -> Params:
    """Write params.yaml and the images in the working folder; `training` overrides keys of the study's training."""
    write(paths.dataset("images", "digits"), digits(SIDE, COUNTS))
    return write_study("images", STUDY, **training)


def lessons_of_cell(params: Params, cell: Cell, seed: int = 1) -> ReconstructRecipe:
    """How the cell's variant is trained with this seed."""
    study = params.studies["images"]
    task = task_of(study, dataset_of(study, paths.dataset("images", "digits"), seed), torch.device("cpu"))
    return ReconstructRecipe(task, study.variants[cell.variant], study.training, seed)


def subject_of_cell(params: Params, cell: Cell) -> ReconstructContext:
    """The cell's network at random weights, ready to be measured."""
    task = lessons_of_cell(params, cell).task
    network = build_network(params.studies["images"], cell.variant, task.inputs, task.outputs, 0)
    return ReconstructContext(randomised(network).eval(), task)
