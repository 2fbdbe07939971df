"""What one arithmetic makes of the cells of benchmarks/arithmetic.py: datasets, a training step, trained networks.

    python benchmarks/arithmetic_worker.py DATA TO

A process of its own, since kernels are chosen when torch and numpy are imported. The working folder holds the
params.yaml that says threads and precision; its datasets are made there. Networks are trained on those of the folder
DATA, so that arithmetics differ in training by nothing else. TO: where the numbers go (.npz), by NAMES.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from equidyn.core import paths
from equidyn.core.data import prepare
from equidyn.core.measures.context import context_of
from equidyn.core.params import Cell, Params, load
from equidyn.core.training.precision import set_up
from equidyn.core.training.task import Task, dataset_of, task_of
from equidyn.core.training.train import trainer_of

SEEDS = (1, 2, 3)
CELLS = {  # study: its dataset, some variants, the measure of its test score and the score's name
    "smoke-levels": ("eps000", ("cnn", "gcnn"), "error", "rmse"),
    "gaussian": ("fresh", ("mlp-aug", "transformer-canonical"), "accuracy", "loss"),
    "digits-autoencoder": ("digits", ("ae-aug", "equivariant-ae-attention"), "reconstruction", "upright"),
    "digits-cnn": ("digits", ("gcnn",), "recognition", "loss"),
    "turbulence": ("isotropic", ("cnn-aug", "rgcnn-vector"), "super_resolution", "mae"),
}
FIELDS = {"smoke": "velocity", "turbulence": "fine"}  # by domain: the array of simulated data
CPU = torch.device("cpu")
Found = Iterator[tuple[str, np.ndarray]]


def simulated(params: Params) -> Found:
    """STUDY/data: fields made by this arithmetic, (simulation or sample, ...)."""
    for study, settings in params.studies.items():
        dataset = next(iter(settings.datasets))
        if study in CELLS or study.startswith("default-"):
            prepare.run(params, study, dataset)
        if settings.domain in FIELDS and paths.dataset(study, dataset).exists():
            made = dataset_of(settings, paths.dataset(study, dataset))
            yield f"{study}/data", getattr(made, FIELDS[settings.domain])


def trained(params: Params, data: Path) -> Found:
    """STUDY/VARIANT/SEED/{gradient, stepped, score} of each cell."""
    set_up(params.compute)
    for study, (dataset, variants, *_) in CELLS.items():
        stored = dataset_of(params.studies[study], data / paths.dataset(study, dataset))
        task = task_of(params.studies[study], stored, CPU)
        for variant in variants:
            for seed in SEEDS:
                for name, value in _cell(params, task, study, variant, seed).items():
                    yield f"{study}/{variant}/{seed}/{name}", value


def _cell(params: Params, task: Task, study: str, variant: str, seed: int) -> dict[str, np.ndarray]:
    """gradient: of the first step's loss; stepped: validation score after it; score: on the test split, at the end."""
    dataset, _, measure, key = CELLS[study]
    cell = Cell(study, dataset, variant, seed)
    trainer = trainer_of(params, cell, task)
    trainer._step(next(iter(trainer.recipe.batches(1))), trainer.training.learning_rate)
    gradient = torch.cat([weight.grad.flatten() for weight in trainer.network.parameters()])
    stepped = trainer.recipe.validate(trainer.network.eval())[trainer.recipe.score]
    trainer = trainer_of(params, cell, task)
    with tempfile.TemporaryDirectory() as folder:
        trainer.network.load_state_dict(trainer.run(Path(folder) / "resume", "", lambda _: None).best)
    context = context_of(params.studies[study], trainer.network.eval().deployed(), task)
    score = params.studies[study].home.module("measures", measure).measure(context)[key]
    return {"gradient": gradient.numpy(), "stepped": np.array(stepped), "score": np.array(score)}


def main() -> None:
    """Make, train, and write the numbers."""
    params, data, to = load(), Path(sys.argv[1]), Path(sys.argv[2])
    np.savez(to, **dict(simulated(params)), **dict(trained(params, data)))


if __name__ == "__main__":
    main()
