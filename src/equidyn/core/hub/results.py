"""What the card of a repository of models says of the results of runs (model-index)."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from equidyn.core import paths
from equidyn.core.domain import imported
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_record
from equidyn.core.hub import columns
from equidyn.core.hub.item import name_of
from equidyn.core.hub.run_item import RunItem
from equidyn.core.measures.quantities import Quantity, declared_as, leaves
from equidyn.core.params.signatures import module
from equidyn.core.params.study import Study


def index(
    repository: str, here: Mapping[str, RunItem], files: Collection[str], before: dict[str, Any]
) -> list[dict[str, Any]]:
    """An entry for each run that is here and measured, and those that the card had of others that are still there."""
    mine = [_entry(repository, item) for item in here.values()]
    names = {item.name for item in here.values()}
    there = {path.removeprefix("runs/").rpartition("/")[0].rpartition("/")[0] for path in files}
    old = [one for one in before.get("model-index") or [] if isinstance(one, dict)]
    kept = [one for one in old if one.get("name") in there - names]
    return sorted(filter(None, [*mine, *kept]), key=lambda one: str(one["name"]))


def _entry(repository: str, item: RunItem) -> dict[str, Any] | None:
    cell, study = item.cell, item.params.studies[item.cell.study]
    metrics = list(_metrics(study, item))
    if not metrics:
        return None
    data = {
        "type": repository,
        "name": f"{cell.study}/{cell.dataset}",
        "config": name_of(f"{cell.study}/{cell.dataset}"),
    }
    kind = next(iter(columns.tasks(study.home)), "other")
    result = {"task": {"type": kind, "name": study.task.kind}, "dataset": data, "metrics": metrics}
    return {"name": item.name, "results": [result]}


def _metrics(study: Study, item: RunItem) -> Iterator[dict[str, Any]]:
    """The headline numbers of the best checkpoint, as measured here; nothing if that has not been done."""
    try:
        measured = read_record(paths.run(item.cell) / "measures.json")
        if measured["sha256"]["run"] != read_record(item.outputs()["run.json"])["checksum"]:
            return  # of the run that was here before
        found = measured["checkpoints"]["best"]
    except (EquidynError, KeyError, TypeError):
        return
    for measure, tree in found.items():
        declared = imported(module(study.home, "measures", measure)).QUANTITIES
        for name, value in leaves(tree):
            quantity = declared_as(name, declared)
            if quantity is not None and quantity.headline and _is_number(value):
                yield {"type": f"{measure}.{name}", "name": _label(quantity), "value": value}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _label(quantity: Quantity) -> str:
    return quantity.label if quantity.unit == "1" else f"{quantity.label} [{quantity.unit}]"
