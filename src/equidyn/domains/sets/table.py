"""How datasets of sets read as tables, for those who load them elsewhere (core/hub/columns.py)."""

from typing import Any

from equidyn.core.hub.columns import OURS, UNKNOWN, Column, Licence

COLUMNS = {
    "inputs": Column(("sample", "vector", "component"), "1", "a set of vectors; their order means nothing"),
    "labels": Column(("sample",), "", "class of the set: which of the two spreads its values have", ("0", "1")),
}
TASKS = ("tabular-classification",)


def licence(source: dict[str, Any], checks: dict[str, Any]) -> Licence:
    """What is drawn here is ours."""
    return OURS if source["kind"] == "gaussian" else UNKNOWN
