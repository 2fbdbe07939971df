"""Finished studies as a few small files: every measured number, every epoch and every trial, without networks or data.

A folder `numbers`: params.json, the studies as they were trained; unfinished.json, what of the preset is not there, in
words; of each study STUDY.json (its data, its trials, where all of it comes from), and as Parquet STUDY.values, .runs
and .history, which are the frames of gather.py, with those of its control beside them (STUDY.control.values, ...). A
report can be made from it again.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from equidyn.core.errors import EquidynError
from equidyn.core.files import whole_folder, write_json
from equidyn.core.params.faults import message
from equidyn.core.params.params import Params, params_model
from equidyn.core.params.study import as_json
from equidyn.report.gather import StudyResults, as_prepared, controlled

NUMBERS = "numbers"
PARAMS, UNFINISHED = "params.json", "unfinished.json"
FRAMES = ("values", "runs", "history")
ALIKE = ("commit", "versions", "machine")  # of a provenance: what many outputs share


@dataclass(frozen=True)
class Kept:
    """What a folder of numbers holds. unfinished: sentences on what of the preset is not there."""

    params: Params
    studies: list[StudyResults]
    unfinished: list[str]


def save(kept: Kept, folder: Path) -> Path:
    """Write the numbers, whole or not at all; returns the folder NUMBERS in `folder`."""
    params, studies = kept.params, kept.studies
    trained = {study.name: study.settings for study in studies}
    with whole_folder(folder / NUMBERS) as made:
        write_json(made / PARAMS, as_json(params.model_copy(update={"studies": trained})))
        write_json(made / UNFINISHED, kept.unfinished)
        for study in studies:
            for name, part in _parts(study):
                for frame in FRAMES:
                    getattr(part, frame).to_parquet(made / f"{name}.{frame}.parquet", compression="zstd", index=False)
                write_json(made / f"{name}.json", _record(part))
    return folder / NUMBERS


def load(folder: Path) -> Kept:
    """What was saved in `folder`; raises EquidynError if a file is missing or torn."""
    numbers = folder / NUMBERS
    tree = _tree(numbers / PARAMS)
    try:
        params = params_model(tree).model_validate(tree)
    except ValidationError as fault:
        raise EquidynError(message(numbers / PARAMS, tree, fault)) from None
    studies = [_study(numbers, name, settings) for name, settings in params.studies.items()]
    return Kept(params, studies, _tree(numbers / UNFINISHED))


def _study(numbers: Path, name: str, settings: Any) -> StudyResults:
    once = _part(numbers, name, settings)
    if settings.control is None:
        return once
    return replace(once, controls=_part(numbers, f"{name}.control", controlled(settings), name))


def _part(numbers: Path, file: str, settings: Any, name: str | None = None) -> StudyResults:
    record = _tree(numbers / f"{file}.json")
    frames = {frame: _frame(numbers / f"{file}.{frame}.parquet") for frame in FRAMES}
    provenances = [one["of"] for one in record.pop("provenances") for _ in range(one["outputs"])]
    whole = as_prepared(settings, record["data"])
    return StudyResults(name or file, whole, **frames, **record, provenances=provenances, answers=False)


def _parts(study: StudyResults) -> Iterator[tuple[str, StudyResults]]:
    yield study.name, study
    if study.controls is not None:
        yield f"{study.name}.control", study.controls


def _record(part: StudyResults) -> dict[str, Any]:
    shared = Counter(json.dumps({key: one.get(key) for key in ALIKE}) for one in part.provenances)
    provenances = [{"of": json.loads(text), "outputs": count} for text, count in shared.items()]
    return {"data": part.data, "trials": list(part.trials), "provenances": provenances}


def _tree(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EquidynError(f"{path}: missing; is {path.parent.parent} a folder that `equidyn ship` has made?") from None
    except ValueError as fault:
        raise EquidynError(f"{path}: not whole ({fault}); get it again") from None


def _frame(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise EquidynError(f"{path}: missing; get it again") from None
    except (OSError, ValueError) as fault:
        raise EquidynError(f"{path}: not whole ({fault}); get it again") from None
