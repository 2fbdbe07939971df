"""Results of measures against their declared quantities."""

from types import ModuleType
from typing import Any

import pytest

from equidyn.core.errors import EquidynError
from equidyn.core.measures.quantities import Quantity, check, declared_as, measured

DECLARED = (
    Quantity("error", "error"),
    Quantity("radii", "t", axis="radii"),
    Quantity("change", "change", axis="radii"),
    Quantity("*.error", "error", each="split", baselines=("*.still",), optional=True),
    Quantity("*.still", "persistence", each="split", optional=True),
)
RESULT = {"error": 0.5, "radii": [0.1, 1.0], "change": [1, None], "future": {"error": None, "still": 2}}


@pytest.mark.parametrize("result", [RESULT, {}])
def test_what_is_declared_passes(result: dict[str, Any]) -> None:
    """A measure may also have nothing to say of a network."""
    check("wrong", result, DECLARED)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"new": 1.0}, "measure wrong: quantity new is not declared in its QUANTITIES"),
        ({"future": {"other": 1.0}}, "measure wrong: quantity future.other is not declared in its QUANTITIES"),
        ({"change": None}, "measure wrong: quantity change is declared as a list of numbers, but is None"),
        ({"error": [0.5]}, r"measure wrong: quantity error is declared as a number, but is \[0.5\]"),
        ({"error": True}, "measure wrong: quantity error is declared as a number, but is True"),
        ({"change": [[1.0]]}, "measure wrong: quantity change is declared as a list of numbers"),
        ({"error": "high"}, "measure wrong: quantity error is declared as a number, but is 'high'"),
    ],
)
def test_what_is_not_declared_so_is_refused(changed: dict[str, Any], message: str) -> None:
    """The message names measure and quantity."""
    with pytest.raises(EquidynError, match=message):
        check("wrong", RESULT | changed, DECLARED)


def test_a_required_quantity_must_be_there() -> None:
    """One with * where a key that matches is enough; an optional one need not be."""
    check("wrong", {name: RESULT[name] for name in ("error", "radii", "change")}, DECLARED)
    with pytest.raises(EquidynError, match="measure wrong: quantity change is declared, but the result lacks it"):
        check("wrong", {"error": 0.5, "radii": [1.0]}, DECLARED)


def test_a_name_without_star_comes_first_and_a_star_is_filled_in() -> None:
    """*.error of one split is compared with *.still of the same."""
    assert declared_as("error", DECLARED) is DECLARED[0]
    starred = declared_as("future.error", DECLARED)
    assert starred.key("future.error") == "future"
    assert starred.key("a.b.error") is None
    filled = starred.of("future")
    assert (filled.name, filled.baselines, filled.label) == ("future.error", ("future.still",), "error, future")


def test_a_measure_must_declare() -> None:
    """Also one of the user's own."""
    module = ModuleType("mine")
    module.measure = lambda context, *, factor: {"double": factor * context}
    with pytest.raises(EquidynError, match=r"measure mine.size: mine declares no QUANTITIES"):
        measured("mine.size", module, 3, factor=2)
    module.QUANTITIES = (Quantity("double", "twice"),)
    assert measured("mine.size", module, 3, factor=2) == {"double": 6}
