"""All cells of a study in four frames; nothing here knows the name of a measure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from equidyn.core.params.params import Params
from equidyn.core.params.study import Cell, Study, as_json
from equidyn.core.tuning.table import Row, rows_of
from equidyn.core.tuning.tuned import tuned
from equidyn.report.cells import CellFiles, read_cell, refuse_stale

KEYS = ["dataset", "variant", "seed", "status"]
VALUE_COLUMNS = [*KEYS, "checkpoint", "measure", "quantity", "index", "value"]


@dataclass(frozen=True)
class StudyResults:
    """What the cells of one study hold; rows stand in the order of params.yaml.

    settings: as in params.yaml; where it leaves a choice to the preparation of a dataset, or to tuning, with what was
        chosen.
    runs: one row per cell: KEYS, message, parameters (as used), trained_parameters (more where some are left out
        after training), multiply_adds (per cell or voxel of the field, per set or image), strict, epochs, best_epoch,
        early_epoch, device, precision, train_seconds, measure_seconds [s], commit.
    values: one row per measured number: VALUE_COLUMNS. A list becomes rows with index 1, 2, ...; a single number has
        index 0. What was not finite is NaN.
    history: history.csv of all cells beneath each other, with KEYS.
    data: dataset -> {"equivariance", "checks", "provenance"}.
    provenances: the provenance of every file that was read, one per dataset, run and measures.
    trials: those of its tuning (core/tuning/table.py); none where it was not tuned.
    controls: the same of the runs that were trained for longer, if there are any; its settings have the seeds and
        datasets of those alone, and everything else here is of the other runs.
    answers: whether the examples of what the networks answer lie in this folder; not where numbers alone were kept.
    """

    name: str
    settings: Study
    runs: pd.DataFrame
    values: pd.DataFrame
    history: pd.DataFrame
    data: dict[str, dict[str, Any]]
    provenances: list[dict[str, Any]]
    trials: Sequence[Row] = ()
    controls: "StudyResults | None" = None
    answers: bool = True

    @property
    def variants(self) -> list[str]:
        """Names of the variants, in the order of params.yaml."""
        return list(self.settings.variants)

    @property
    def datasets(self) -> list[str]:
        """Names of the datasets, in the order of params.yaml."""
        return list(self.settings.datasets)

    @property
    def checkpoints(self) -> list[str]:
        """Checkpoints with values, "best" first."""
        found = self.values["checkpoint"].unique().tolist()
        return sorted(found, key=lambda name: (name != "best", name))

    @property
    def tests(self) -> list[str]:
        """Names of the test splits; the first is the principal one."""
        return [name for name in self.settings.source.splits if name not in ("train", "validation")]

    def data_error(self, form: str) -> dict[str, float]:
        """Dataset -> the data's own equivariance error ("absolute", "relative" or "pairwise"), NaN if unknown."""
        errors = {name: (self.data[name]["equivariance"] or {}).get(form) for name in self.datasets}
        return {name: float("nan") if error is None else float(error) for name, error in errors.items()}

    def quantity(self, measure: str, quantity: str, checkpoint: str = "best") -> pd.DataFrame:
        """Rows of `values` of one quantity; empty if it was not measured."""
        return self.values.iloc[self._rows.get((measure, quantity, checkpoint), [])]

    def on_tests(self, measure: str, quantity: str) -> dict[str, str]:
        """Test split -> name of the quantity there; "" -> its name for a study that has but one, or where it is not
        measured by split."""
        named = {split: f"{split}.{quantity}" for split in self.tests}
        several = len(named) > 1 and any(len(self.quantity(measure, name)) for name in named.values())
        return named if several else {"": quantity}

    def along(self, measure: str, x: str, y: str, checkpoint: str = "best") -> pd.DataFrame:
        """Two lists of equal length as a curve: rows of `values` of `y`, with the value of `x` at their index as x."""
        place = ["dataset", "variant", "seed", "index"]
        at = self.quantity(measure, x, checkpoint)[[*place, "value"]].rename(columns={"value": "x"})
        return self.quantity(measure, y, checkpoint).merge(at, on=place).rename(columns={"value": "y"})

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], np.ndarray]:
        """Where each quantity stands in `values`."""
        return self.values.groupby(["measure", "quantity", "checkpoint"], sort=False, observed=True).indices


def gather(params: Params) -> list[StudyResults]:
    """Read every configured cell; raises EquidynError naming the first that is missing, torn or of other params."""
    files, used = [read_cell(cell) for cell in params.cells()], tuned(params, params.cells())
    tree = as_json(used)
    for each in files:
        refuse_stale(each, tree)
    return [
        _with_controls(name, settings, [cell for cell in files if cell.cell.study == name], rows_of(params, name))
        for name, settings in used.studies.items()
    ]


def _with_controls(name: str, settings: Study, cells: list[CellFiles], trials: list[Row]) -> StudyResults:
    once, longer = ([files for files in cells if files.cell.control == control] for control in (False, True))
    results = _study(name, settings, once, trials)
    return replace(results, controls=_study(name, controlled(settings), longer)) if settings.control else results


def controlled(study: Study) -> Study:
    """A study restricted to the seeds and datasets of its control."""
    datasets = {name: study.datasets[name] for name in study.control.datasets}
    return study.model_copy(update={"seeds": study.control.seeds, "datasets": datasets})


def _study(name: str, settings: Study, cells: list[CellFiles], trials: Sequence[Row] = ()) -> StudyResults:
    data = {files.cell.dataset: files.measures["data"] for files in reversed(cells)}
    return StudyResults(
        name,
        as_prepared(settings, data),
        runs=pd.DataFrame([_run_row(files) for files in cells]),
        values=_values(cells),
        history=pd.concat([files.history.assign(**_keys(files)) for files in cells], ignore_index=True),
        data={dataset: data[dataset] for dataset in settings.datasets},
        provenances=[part["provenance"] for files in cells for part in (files.run, files.measures)]
        + [part["provenance"] for part in data.values()],
        trials=trials,
    )


def as_prepared(settings: Study, data: dict[str, Any]) -> Study:
    """`settings` with what the preparation of each dataset chose, by what its checks say."""
    entries = {name: entry.as_prepared(data[name]["checks"]) for name, entry in settings.datasets.items()}
    return settings.model_copy(update={"datasets": entries})


def _keys(files: CellFiles) -> dict[str, Any]:
    cell: Cell = files.cell
    return {"dataset": cell.dataset, "variant": cell.variant, "seed": cell.seed, "status": files.run["status"]}


def _run_row(files: CellFiles) -> dict[str, Any]:
    copied = ("message", "parameters", "multiply_adds", "epochs", "best_epoch", "early_epoch", "device", "precision")
    return {
        **_keys(files),
        **{key: files.run[key] for key in copied},
        "trained_parameters": files.run.get("trained_parameters", files.run["parameters"]),
        "strict": files.measures["strict"],
        "commit": files.run["provenance"]["commit"],
        "train_seconds": files.run["provenance"]["wall_seconds"],
        "measure_seconds": files.measures["provenance"]["wall_seconds"],
    }


def _values(cells: list[CellFiles]) -> pd.DataFrame:
    """All numbers of all cells; column by column, as there may be hundreds of thousands."""
    rows = [(cell, *row) for cell, files in enumerate(cells) for row in _value_rows(files)]
    columns = dict(zip(("cell", *VALUE_COLUMNS[len(KEYS) :]), zip(*rows, strict=True), strict=False)) if rows else {}
    frame = pd.DataFrame(columns, columns=["cell", *VALUE_COLUMNS[len(KEYS) :]])
    keys = pd.DataFrame([_keys(files) for files in cells])
    return keys.iloc[frame.pop("cell").astype(int)].reset_index(drop=True).join(frame)


def _value_rows(files: CellFiles) -> Iterator[tuple[str, str, str, int, float]]:
    """Checkpoint, measure, quantity, index, value."""
    for checkpoint, measures in files.measures["checkpoints"].items():
        for measure, tree in measures.items():
            for quantity, index, value in flattened(tree):
                yield checkpoint, measure, quantity, index, value


def flattened(tree: Any, name: str = "") -> Iterator[tuple[str, int, float]]:
    """Numbers of a JSON tree as (dotted name, index, value); null is NaN, and text is left out."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from flattened(value, f"{name}.{key}" if name else key)
    elif isinstance(tree, list):
        for index, value in enumerate(tree, start=1):
            yield from ((inner, index, number) for inner, _, number in flattened(value, name))
    elif not isinstance(tree, str):
        yield name, 0, float("nan") if tree is None else float(tree)
