"""The stage tune: one variant of a study, from a dataset to the record of its trials and of the choice."""

import math
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from equidyn.core import paths
from equidyn.core.data.store import checksum
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_record, write_record
from equidyn.core.locks import sole_writer
from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, Study, as_json
from equidyn.core.params.subtrees import subtree, tune_keys
from equidyn.core.params.tune import SEED, with_knob, with_rate
from equidyn.core.params.variant import Variant
from equidyn.core.progress import progress
from equidyn.core.provenance import Clock, digest, versions
from equidyn.core.sources import fingerprint, tune_sources
from equidyn.core.training.hidden import refuse_hidden_state
from equidyn.core.training.loop import Trainer
from equidyn.core.training.precision import device_of, set_up
from equidyn.core.training.task import Task, dataset_of, task_of
from equidyn.core.training.train import trainer_of
from equidyn.core.tuning.rules import Trial, at_edge, best, rates_beside
from equidyn.core.tuning.tuned import with_variant


def run(params: Params, study: str, variant: str) -> Path:
    """Tune a variant, or go on where a killed run stopped; returns the path of its record.

    A record that this very code has made of these params and data is left as it is.
    """
    with sole_writer(f"tune/{study}/{variant}"):
        settings, path = params.studies[study], paths.tuned(study, variant)
        cell = Cell(study, settings.tune.dataset, variant, SEED)
        code = fingerprint(tune_sources(settings, variant))
        clock = Clock(subtree(as_json(params), tune_keys(study, variant)), f"dataset {cell.dataset}", code)
        set_up(params.compute)
        data = paths.dataset(study, cell.dataset)
        dataset = dataset_of(settings, data, cell.seed)
        task = task_of(settings, dataset, device_of(params.compute))
        same_run = digest([clock.params, checksum(data), code, versions()])
        if _kept(path, same_run) is None:
            found = _Search(params, cell, task, same_run).record()
            write_record(path, found | {"same_run": same_run, "provenance": clock.provenance()})
        for end in ("json", "pt"):
            paths.tuning(study, variant, end).unlink(missing_ok=True)
    return path


def told(path: Path) -> str:
    """The choice in a record, and its cost, in a line."""
    record = read_record(path)
    trials = [Trial(**trial) for trial in record["trials"]]
    if not trials:
        return f"{path}: nothing to tune"
    won = trials[record["chosen"]]
    knob = f", {record['knob']} {won.value}" if record["knob"] else ""
    edge = ", at the edge of the rates tried" if record["at_edge"] else ""
    cost = f"{len(trials)} trials, {sum(trial.seconds for trial in trials):.1f} s"
    return f"{path}: learning rate {won.learning_rate:g}{knob}{edge}; {cost}"


def _kept(path: Path, same_run: str) -> list[dict[str, Any]] | None:
    """The trials in a record of this very run; None without one."""
    with suppress(EquidynError):
        record = read_record(path)
        if record.get("same_run") == same_run:
            return record["trials"]
    return None


@dataclass
class _Search:
    """The trials of one variant, one after another. same_run: identifies all that they follow from."""

    params: Params
    cell: Cell
    task: Task
    same_run: str

    def __post_init__(self) -> None:
        self.study: Study = self.params.studies[self.cell.study]
        self.variant: Variant = self.study.variants[self.cell.variant]
        self.knob: str | None = next(iter(self.variant.tune or ()), None)
        self.own = self.study.knob_of(self.cell.variant, self.knob) if self.knob else None
        self.resume = paths.tuning(self.cell.study, self.cell.variant, "json")
        self.trials = [Trial(**trial) for trial in _kept(self.resume, self.same_run) or ()]

    def record(self) -> dict[str, Any]:
        """What there is to say of the search; nothing is trained of a network without parameters."""
        first = trainer_of(self.params, self.cell, self.task)
        if first.optimiser:
            refuse_hidden_state(first, f"studies.{self.cell.study}.variants.{self.cell.variant}")
            self._try_all(first.training.epochs)
        trials = self.trials
        return {
            "study": self.cell.study,
            "variant": self.cell.variant,
            "dataset": self.cell.dataset,
            "seed": self.cell.seed,
            "score": first.recipe.score,
            "knob": self.knob,
            "trials": [asdict(trial) for trial in trials],
            "chosen": best(trials) if trials else None,
            "at_edge": at_edge(trials) if trials else False,
        }

    def _try_all(self, epochs: int) -> None:
        tune = self.study.tune
        total = (len(tune.rates) + tune.further) * epochs
        with progress(f"tune {self.cell.study}/{self.cell.variant}", total) as advance:

            def tell(trial: int, epoch: int, note: str) -> None:
                advance((trial - 1) * epochs + epoch, f"trial {trial} of {total // epochs}, {note}")

            for rate in tune.rates[len(self.trials) :]:
                self._try(rate, self.own, tell)
            grid = self.trials[: len(tune.rates)]
            for rate, value in self._further(grid)[len(self.trials) - len(grid) :]:
                self._try(rate, value, tell)
            if self.trials[-1].epochs < epochs:
                tell(total // epochs, epochs, "done")

    def _further(self, grid: list[Trial]) -> list[tuple[float, Any]]:
        """Rate and value of the trials after the grid: values of the knob at its best rate, or rates beside that."""
        if self.knob:
            return [(grid[best(grid)].learning_rate, value) for value in self.variant.tune[self.knob]]
        return [(rate, None) for rate in rates_beside(grid, self.study.tune.further)]

    def _try(self, rate: float, value: Any, tell: Any) -> None:
        """Train once, and keep what came of it."""
        begun, number = time.perf_counter(), len(self.trials) + 1
        state_file = paths.tuning(self.cell.study, self.cell.variant, "pt")
        trainer = self._trainer(rate, value)
        state = trainer.run(
            state_file,
            digest([self.same_run, rate, value]),
            lambda now: tell(number, now.epoch, f"learning rate {rate:g}, best {now.best_score:.4f}"),
        )
        score = state.best_score if math.isfinite(state.best_score) else None
        seconds = round(time.perf_counter() - begun, 3)
        self.trials.append(Trial(rate, value, score, state.best_epoch, state.epoch, state.status, seconds))
        write_record(self.resume, {"same_run": self.same_run, "trials": [asdict(trial) for trial in self.trials]})
        state_file.unlink(missing_ok=True)

    def _trainer(self, rate: float, value: Any) -> Trainer:
        variant = with_rate(self.variant, rate)
        if self.knob:
            variant = with_knob(variant, self.knob, value)
        return trainer_of(with_variant(self.params, self.cell.study, self.cell.variant, variant), self.cell, self.task)
