"""What a preset costs on processors, in core hours: measured steps, validations and measures, times their numbers.

    python benchmarks/preset_cost.py presets/reference [--seconds 2] [--precision bf16] [--without-measures]

Nothing is prepared: data are noise in the shapes of each study's first dataset (stand_ins.py), networks are untrained.
Of every variant the real loop's optimiser steps are timed, whole epochs or as many as fit in --seconds but one at
least, after one that warms up; then a validation, and each measure once, times its checkpoints and the cells that it is
taken of. Times are processor seconds, with the threads of the preset. A training is taken to go through all epochs: one
that stops early costs less. Controls have their longer training; trials of a stage tune have the variant's own options.
What iterates until it has converged (audit/hessian) takes as long on an untrained net as it takes there. Datasets and
report come on top. Written to benchmarks/results/preset_cost_NAME.csv, one row per variant.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from results import FOLDER
from stand_ins import stand_in
from subjects import CPU
from timing import seconds

from equidyn.core.domain import imported
from equidyn.core.measures.context import context_of
from equidyn.core.measures.measure import _taken
from equidyn.core.params import Params, Study, load
from equidyn.core.params.signatures import module
from equidyn.core.params.study import Cell
from equidyn.core.randomness import seeded
from equidyn.core.training.loop import Trainer
from equidyn.core.training.precision import set_up
from equidyn.core.training.task import Task, task_of
from equidyn.core.training.train import trainer_of

HOUR = 3600


def measured_step(trainer: Trainer, limit: float) -> float:
    """Seconds of an optimiser step, and of drawing its batch; 0 of a network without parameters."""
    if trainer.optimiser is None:
        return 0.0
    trainer.network.train().begin(trainer.seed, 1)
    trainer.network.relax(0.5)
    rate = trainer.training.learning_rate
    trainer._step(next(iter(trainer.recipe.batches(1))), rate)
    started, took, steps, epoch = time.process_time(), 0.0, 0, 0
    while took <= limit:
        epoch += 1
        for batch in trainer.recipe.batches(epoch):
            trainer._step(batch, rate)
            steps, took = steps + 1, time.process_time() - started
            if took > limit and epoch == 1:
                break
    return took / steps


def measured_validation(trainer: Trainer) -> tuple[float, list[dict]]:
    """Seconds of the validation after an epoch, and what history.csv would hold."""
    trainer.network.relax(0.0)
    took, state = seconds(trainer._begin)
    first = state.history[0]
    return took, [first, first | trainer.recipe.recorded([1.0] * len(trainer.recipe.columns)) | {"epoch": 1}]


def measured_measures(study: Study, task: Task, trainer: Trainer, history: list[dict]) -> dict[str, float]:
    """Measure -> its seconds in a cell, at all its checkpoints."""
    network = trainer.network.eval().deployed()
    context = context_of(study, network, task, trainer.training.weight_decay, tuple(history))
    found = {}
    for name, settings in study.measures.items():
        imported(module(study.home, "measures", name))  # not timed
        with seeded(0, "best", name):
            took, _ = seconds(lambda name=name: _taken(study, name, context))
        found[name] = took * len(settings.at)
    return found


def rows(params: Params, limit: float, measures: bool) -> Iterator[dict]:
    """One row for each variant of each study."""
    for name, study in params.studies.items():
        dataset = next(iter(study.datasets))
        task = task_of(study, stand_in(study, dataset), CPU)
        for variant in study.variants:
            trainer = trainer_of(params, Cell(name, dataset, variant, study.seeds[0]), task)
            step = measured_step(trainer, limit)
            validation, history = measured_validation(trainer)
            took = measured_measures(study, task, trainer, history) if measures else {}
            words = f"{step:.3g} s a step, {validation:.3g} s a validation, {sum(took.values()):.3g} s all measures"
            print(f"{name}/{variant}: {words}", flush=True)
            yield {"study": name, "variant": variant} | _multiplied(params, name, variant, step, validation, took)


def _multiplied(
    params: Params, name: str, variant: str, step: float, validation: float, measures: dict[str, float]
) -> dict:
    """The measured seconds times the numbers of trainings, controls and trials of one variant."""
    study = params.studies[name]
    cells = [cell for cell in params.cells() if cell.study == name and cell.variant == variant]
    trains = step > 0
    trials = len(study.tune.rates) + study.tune.further if study.tunes and trains else 0
    epochs = sum(study.training_for(cell).epochs for cell in cells) + trials * study.training_of(variant).epochs
    steps = epochs * study.training_of(variant).steps_per_epoch * trains
    controls = sum(cell.control for cell in cells)
    measuring = sum(measures.get(measure, 0.0) for cell in cells for measure in study.measures_of(cell))
    hours = {
        "training [core h]": (steps * step + epochs * validation * trains) / HOUR,
        "measures [core h]": measuring / HOUR,
    }
    return {
        "trainings": len(cells) - controls,
        "controls": controls,
        "trials": trials,
        "steps": steps,
        "a step [s]": step,
        "a validation [s]": validation,
        "all measures [s]": sum(measures.values()),
        **hours,
        "all [core h]": sum(hours.values()),
    }


def by_study(table: pd.DataFrame) -> pd.DataFrame:
    """Sums by study, with the shortest and the longest step of its variants, and those of the preset."""
    counted = ["trainings", "controls", "trials", "steps", *(name for name in table if name.endswith("[core h]"))]
    trained = table[table["a step [s]"] > 0].groupby("study")["a step [s]"]
    sums = table.groupby("study", sort=False)[counted].sum()
    sums.loc["together"] = sums.sum()
    sums[counted[:4]] = sums[counted[:4]].astype(int)
    sums.insert(4, "shortest step [s]", trained.min())
    sums.insert(5, "longest step [s]", trained.max())
    return sums


def main() -> None:
    """Measure, print the table by study, and write that by variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", type=Path, help="folder with a params.yaml, or such a file")
    parser.add_argument("--seconds", type=float, default=2.0, help="for the steps of a variant (default: 2)")
    parser.add_argument("--precision", choices=("fp32", "bf16"), help="instead of the preset's")
    parser.add_argument("--without-measures", action="store_true", help="training alone")
    asked = parser.parse_args()
    path = asked.preset / "params.yaml" if asked.preset.is_dir() else asked.preset
    params = load(path.resolve())
    if asked.precision:
        params.compute.precision = asked.precision
    set_up(params.compute)
    table = pd.DataFrame(rows(params, asked.seconds, not asked.without_measures))
    name = path.resolve().parent.name if path.name == "params.yaml" else path.stem
    FOLDER.mkdir(exist_ok=True)
    written = FOLDER / f"preset_cost_{name}.csv"
    table.to_csv(written, index=False)
    print(by_study(table).T.to_string(float_format="{:.3g}".format, na_rep=""))
    print(f"written to {written}")


if __name__ == "__main__":
    main()
