"""The data: what was measured of each dataset while it was prepared, and what its domain says of it."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from equidyn.report.gather import StudyResults, flattened
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.own import own
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

TITLE = "Data"


@dataclass(frozen=True)
class Check:
    """A check for readers. head: what it is, with its unit; expected: its value in sound data."""

    head: str
    expected: str = "–"


def section(results: StudyResults) -> Section:
    """A row per check that some dataset has, and a column per dataset."""
    about = partial(own, results.settings.home, "data") if results.settings.source.own_words else _no_own
    sources = list(dict.fromkeys(str(tree["provenance"]["source"]) for tree in results.data.values()))
    text = [
        f"Source: {listed(sources)}.",
        _shared(results.settings.source.block_count),
        *about("words", _no_words)(results),
    ]
    pictures = about("pictures", _no_words)(results)
    checks = {name: {"error": tree["equivariance"] or {}} | tree["checks"] for name, tree in results.data.items()}
    shown = about("CHECKS", {}) or {name: Check(name.replace("_", " ")) for name in _plain(checks)}
    heads = level_labels(results.settings)
    data = pd.DataFrame([{"dataset": name, "data": heads[name]} | _numbers(checks[name], shown) for name in heads])
    caption = "Measured properties of each dataset; the CSV file has every number."
    return Section(TITLE, text, pictures, [Table(f"{results.name}--data", caption, data, _view(heads, checks, shown))])


def _shared(blocks: int) -> str:
    """Whether seeds have data of their own."""
    if blocks == 1:
        return "All seeds share these data, so that intervals over seeds tell of starts alone."
    return (
        f"Each dataset holds {blocks} disjoint blocks: seed k trains, validates and tests on block k alone, so that "
        "intervals over seeds tell of data and starts together; block 0 is for tuning."
    )


def _no_own(name: str, default: Any) -> Any:
    """What is said of sources of which the domain has no words: nothing."""
    return default


def _no_words(results: StudyResults) -> list[Any]:
    return []


def _plain(checks: dict[str, dict[str, Any]]) -> list[str]:
    """Names of the checks that are numbers, in no part of their own."""
    found = [name for tree in checks.values() for name, index, _ in flattened(tree) if not index and "." not in name]
    return list(dict.fromkeys(found))


def _numbers(checks: dict[str, Any], shown: dict[str, Check]) -> dict[str, float]:
    """The numbers of a dataset by name; of lists only those that are shown, as others are spectra and the like."""
    tree = {key: value for key, value in checks.items() if key != "equivariance"}
    return {
        f"{name}[{index}]" if index else name: value
        for name, index, value in flattened(tree)
        if not index or name in shown
    }


def _view(heads: dict[str, str], checks: dict[str, dict[str, Any]], shown: dict[str, Check]) -> pd.DataFrame:
    found = {name: [_at(checks[dataset], name) for dataset in heads] for name in shown}
    rows = [
        [shown[name].head, *map(_text, values), shown[name].expected]
        for name, values in found.items()
        if any(value is not None for value in values)
    ]
    view = pd.DataFrame(rows, columns=["check", *heads.values(), "expected"])
    return view if (view["expected"] != "–").any() else view.drop(columns="expected")


def _at(tree: Any, name: str) -> Any:
    """What a dotted name stands for; None if there is none."""
    for part in name.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def _text(value: float | list[float] | None) -> str:
    """A check for readers; counts as such, and a dash if it is not known."""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value is None or not math.isfinite(value) else number(value)
