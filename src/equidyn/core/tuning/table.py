"""All trials of a study as rows: from the records of its variants, or from the table shipped with its values."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import write_text
from equidyn.core.params.params import Params
from equidyn.core.params.study import Study
from equidyn.core.tuning.tuned import read_tuning

COLUMNS = ("variant", "trial", "learning_rate", "knob", "value", "score", "best_epoch", "status", "chosen", "at_edge")
UNTRAINED = "nothing to tune"  # status of the one row, trial 0, of a variant without parameters
_TEXT = ("variant", "knob", "status")
Row = dict[str, Any]  # of COLUMNS, and, where they are known, epochs and seconds of the trial


def rows_of(params: Params, study: str) -> list[Row]:
    """The trials of a study, in the order of its variants; none if it is neither tuned here nor shipped with a table.

    Raises EquidynError if a record, or the table, is missing, torn, or of other params.
    """
    settings = params.studies[study]
    if settings.tunes:
        return [row for variant in settings.variants for row in rows_in(read_tuning(params, study, variant))]
    table = paths.tuned_table(study)
    return _read(table) if settings.tune and table.exists() else []


def shipped_tables(params: Params, folder: Path = Path()) -> list[Path]:
    """Those that are there, of the studies that do not tune themselves; paths as seen from `folder`."""
    found = (paths.tuned_table(name) for name, study in params.studies.items() if study.tune and not study.tunes)
    return [path for path in found if (folder / path).exists()]


def write_table(params: Params, study: str) -> Path:
    """Write the table to be shipped, from the records of all variants; without times, which no other run would have."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for variant in params.studies[study].variants:
        for row in rows_in(read_tuning(params, study, variant)):
            writer.writerow({key: "" if row[key] is None else _plain(row[key]) for key in COLUMNS})
    write_text(paths.tuned_table(study), text.getvalue())
    return paths.tuned_table(study)


def out_of_step(study: Study, rows: list[Row]) -> Iterator[str]:
    """Where the values of a study are not those that its shipped table has chosen, or its grid is another."""
    for variant in study.variants:
        own = [row for row in rows if row["variant"] == variant]
        if not own:
            yield f"{variant}: not in the table"
        elif own[0]["status"] != UNTRAINED:
            found = _tried(study, own)
            for key, wanted in _values(study, variant).items():
                if wanted != found[key]:
                    yield f"{variant}: {key} {wanted}; the table has {found[key]}"
    strangers = {row["variant"] for row in rows} - set(study.variants)
    yield from (f"{name}: in the table, but no variant" for name in sorted(strangers))


def _values(study: Study, variant: str) -> dict[str, Any]:
    """What params.yaml says."""
    tune = study.variants[variant].tune or {}
    knob = next(iter(tune), None)
    values = {"knob": knob, "value": study.knob_of(variant, knob), "values": tune[knob]} if knob else {"knob": None}
    grid = {"rates": study.tune.rates, "trials": len(study.tune.rates) + study.tune.further}
    return {"learning rate": study.training_of(variant).learning_rate} | grid | values


def _tried(study: Study, rows: list[Row]) -> dict[str, Any]:
    """The same by a table."""
    winner, grid = next(row for row in rows if row["chosen"]), len(study.tune.rates)
    return {
        "learning rate": winner["learning_rate"],
        "rates": [row["learning_rate"] for row in rows[:grid]],
        "trials": len(rows),
        "knob": winner["knob"],
        "value": winner["value"],
        "values": [row["value"] for row in rows[grid:]],
    }


def rows_in(record: dict[str, Any]) -> list[Row]:
    """The trials in the record of a variant."""
    about = {"variant": record["variant"], "knob": record["knob"]}
    if not record["trials"]:
        return [dict.fromkeys(COLUMNS) | about | {"trial": 0, "status": UNTRAINED, "chosen": False, "at_edge": False}]
    return [
        about | trial | {"trial": place + 1, "chosen": won, "at_edge": won and record["at_edge"]}
        for place, trial in enumerate(record["trials"])
        for won in [place == record["chosen"]]
    ]


def _plain(value: Any) -> str:
    """A number, or truth, as JSON has it; text as it is."""
    return value if isinstance(value, str) else json.dumps(value)


def _read(path: Path) -> list[Row]:
    try:
        lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        rows = [{key: line[key] or None if key in _TEXT else _parsed(line[key]) for key in COLUMNS} for line in lines]
        _check(rows)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        told = f"{path}: not a table of tuning ({type(fault).__name__}: {fault})"
        raise EquidynError(f"{told}; `equidyn tune {path.stem}` writes it") from None
    return rows


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _check(rows: list[Row]) -> None:
    """Raise ValueError or TypeError unless each variant has one choice, among trials with a rate and maybe a score."""
    trials = [row for row in rows if row["status"] != UNTRAINED]
    for row in trials:
        float(row["learning_rate"]), float(row["score"] or 0), int(row["best_epoch"])
    for variant in dict.fromkeys(row["variant"] for row in trials):
        if [row["chosen"] for row in trials if row["variant"] == variant].count(True) != 1:
            raise ValueError(f"{variant} needs one trial that is chosen")
