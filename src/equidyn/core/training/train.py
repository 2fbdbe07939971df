"""The stage train: one cell of the grid, from a dataset to checkpoints, history and run.json."""

import csv
import io
import math
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from equidyn.core import paths
from equidyn.core.data.store import checksum
from equidyn.core.files import write_bytes, write_record
from equidyn.core.locks import sole_writer
from equidyn.core.models.registry import build_network, count_parameters
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell
from equidyn.core.params.subtrees import training_params
from equidyn.core.progress import progress
from equidyn.core.provenance import Clock, digest, versions
from equidyn.core.sources import fingerprint, train_sources
from equidyn.core.training.hidden import refuse_hidden_state
from equidyn.core.training.live import live
from equidyn.core.training.loop import Trainer
from equidyn.core.training.precision import device_of, set_up
from equidyn.core.training.state import State, Weights
from equidyn.core.training.task import Task, check_treatment, dataset_of, recipe_of, task_of
from equidyn.core.tuning.tuned import tuned


def run(params: Params, cell: Cell) -> Path:
    """Train `cell`, or go on where a killed run stopped; returns the folder of its outputs."""
    with sole_writer(f"train/{cell}"):
        params = tuned(params, [cell])
        study = params.studies[cell.study]
        code = fingerprint(train_sources(study, cell.variant))
        clock = Clock(training_params(params, cell), f"dataset {cell.dataset}", code)
        set_up(params.compute)
        path = paths.dataset(cell.study, cell.dataset)
        dataset = dataset_of(study, path, cell.seed)
        trainer = trainer_of(params, cell, task_of(study, dataset, device_of(params.compute)))
        refuse_hidden_state(trainer, f"studies.{cell.study}.variants.{cell.variant}")
        content = checksum(path)
        same_run = digest([clock.params, content, code, versions()])
        resume = paths.resume(cell)
        with progress(f"train {cell}", trainer.training.epochs) as advance, live(cell) as record:

            def report(now: State) -> None:
                advance(now.epoch, f"best {now.best_score:.4f}")
                record(now.history[-1])

            state = trainer.run(resume, same_run, report)
        _write(paths.run(cell), _summary(cell, trainer, state) | {"dataset_sha256": content}, state, clock)
        resume.unlink(missing_ok=True)
    return paths.run(cell)


def trainer_of(params: Params, cell: Cell, task: Task) -> Trainer:
    """What trains the network of `cell` on its task."""
    study = params.studies[cell.study]
    variant, training = study.variants[cell.variant], study.training_for(cell)
    network = build_network(study, cell.variant, task.inputs, task.outputs, cell.seed)
    check_treatment(study, cell.variant, network, task.inputs)
    return Trainer(
        network.to(task.device),
        recipe_of(study, task, variant, training, cell.seed),
        training,
        seed=cell.seed,
        device=task.device,
        precision=params.compute.precision if task.mixed else "fp32",
    )


def _write(folder: Path, summary: dict[str, Any], state: State, clock: Clock) -> None:
    """Write all outputs; run.json goes first and comes last, so that it never vouches for the files of another run."""
    (folder / "run.json").unlink(missing_ok=True)
    checkpoints = {"best": state.best, "early": state.early or state.best}
    sums = {name: _write_weights(folder / f"{name}.safetensors", weights) for name, weights in checkpoints.items()}
    sums["history"] = write_bytes(folder / "history.csv", _history(state).encode())
    about = {"sha256": sums, "provenance": clock.provenance()}
    write_record(folder / "run.json", summary | about)


def _summary(cell: Cell, trainer: Trainer, state: State) -> dict[str, Any]:
    return {
        "study": cell.study,
        "dataset": cell.dataset,
        "variant": cell.variant,
        "seed": cell.seed,
        "control": cell.control,
        "status": state.status,
        "message": state.message,
        "parameters": count_parameters(trainer.network.deployed()),
        "trained_parameters": count_parameters(trainer.network),
        "multiply_adds": trainer.network.multiply_adds(),
        "device": trainer.device.type,
        "precision": trainer.precision,
        "instructions": torch.backends.cpu.get_cpu_capability(),  # on which it depends how a gradient is computed
        "epochs": state.epoch,
        "best_epoch": state.best_epoch,
        "early_epoch": trainer.training.early_epoch if state.early else state.best_epoch,
        "score": trainer.recipe.score,
        "best_score": state.best_score if math.isfinite(state.best_score) else None,
    }


def _history(state: State) -> str:
    """The history as CSV; what an epoch does not have (the loss before training) is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(state.history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(state.history)
    return text.getvalue()


def _write_weights(path: Path, weights: Weights) -> str:
    """Write one checkpoint atomically; returns its SHA-256."""
    return write_bytes(path, save({name: tensor.contiguous() for name, tensor in weights.items()}))
