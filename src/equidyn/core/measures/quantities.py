"""What a measure returns: its quantities, declared beside `measure` in QUANTITIES, and a result held against them.

A declaration is all that the report needs to show a quantity, so that a new measure is one file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Literal

from equidyn.core.errors import EquidynError


@dataclass(frozen=True)
class Quantity:
    """One number or one list of numbers in the result of a measure.

    name: its key; of a nested result the keys joined by dots, with * for a key that the declaration does not know.
    label, unit: for readers; unit "%": stored as a share of 1 and shown in percent; "{loss}" stands for the unit of the
    training loss. better: which numbers are; scale: of its axis in charts.
    headline: one of the few numbers that stand for the measure: drawn, and compared between checkpoints.
    axis: "" for a number, else what the index of a list means: a word ("rollout step"), or the name of the quantity
    that holds the places. That quantity is its own axis.
    each: what the keys stand for that match *, such as "layer".
    baselines: quantities of the same measure that take no training to reach, and so are the same in all runs, with * as
    in `name`; or "data." and the form ("pairwise") of the data's own equivariance error. The first one counts most.
    optional: whether a result may lack it. detail: shown in the file of all numbers alone.
    """

    name: str
    label: str
    unit: str = "1"
    better: Literal["lower", "higher", "none"] = "none"
    scale: Literal["linear", "log"] = "linear"
    headline: bool = False
    axis: str = ""
    each: str = ""
    baselines: tuple[str, ...] = ()
    optional: bool = False
    detail: bool = False

    @property
    def is_axis(self) -> bool:
        """Whether it only holds the places of other quantities."""
        return self.axis == self.name

    @property
    def starred(self) -> bool:
        """Whether it stands for several."""
        return "*" in self.name

    def key(self, name: str) -> str | None:
        """What * stands for in a name ("" without *); None if it is the name of another quantity."""
        found = re.fullmatch(re.escape(self.name).replace(r"\*", r"([^.]+)"), name)
        return None if found is None else found[1] if self.starred else ""

    def of(self, key: str) -> "Quantity":
        """The declaration for one key in the place of *."""
        named = {field: getattr(self, field).replace("*", key) for field in ("name", "axis")}
        baselines = tuple(name.replace("*", key) for name in self.baselines)
        return replace(self, **named, baselines=baselines, label=f"{self.label}, {key}", each="")


def measured(name: str, module: ModuleType, *arguments: Any, **options: Any) -> dict[str, Any]:
    """The result of a measure's module, held against its QUANTITIES; name: of the measure, for messages."""
    if not hasattr(module, "QUANTITIES"):
        raise EquidynError(f"measure {name}: {module.__name__} declares no QUANTITIES")
    result = module.measure(*arguments, **options)
    check(name, result, module.QUANTITIES)
    return result


def check(measure: str, result: dict[str, Any], declared: Sequence[Quantity]) -> None:
    """Raise EquidynError, naming measure and quantity, if a result is not as declared; an empty one always is."""
    found = dict(leaves(result))
    for name, value in found.items():
        _check_one(measure, name, value, declared)
    for quantity in declared if found else ():
        if not quantity.optional and all(quantity.key(name) is None for name in found):
            raise EquidynError(f"measure {measure}: quantity {quantity.name} is declared, but the result lacks it")


def leaves(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted name, value) of everything in a nested result that is not a dict."""
    if not isinstance(tree, dict):
        yield name, tree
        return
    for key, value in tree.items():
        yield from leaves(value, f"{name}.{key}" if name else key)


def declared_as(name: str, declared: Sequence[Quantity]) -> Quantity | None:
    """The declaration of a quantity; one without * comes first."""
    matching = [quantity for quantity in declared if quantity.key(name) is not None]
    return min(matching, key=lambda quantity: quantity.starred, default=None)


def _check_one(measure: str, name: str, value: Any, declared: Sequence[Quantity]) -> None:
    quantity = declared_as(name, declared)
    if quantity is None:
        raise EquidynError(f"measure {measure}: quantity {name} is not declared in its QUANTITIES")
    items = value if isinstance(value, list) else [value]
    if isinstance(value, list) != bool(quantity.axis) or not all(map(_is_number, items)):
        wanted = "a list of numbers" if quantity.axis else "a number"
        raise EquidynError(f"measure {measure}: quantity {name} is declared as {wanted}, but is {value!r:.60}")


def _is_number(value: Any) -> bool:
    """Numbers, and None where one is not defined."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
