"""What a domain says of its datasets to those who load them elsewhere: its module `table`, which it may lack.

    COLUMNS: dict[str, Column]           by the name of an array
    TASKS: tuple[str, ...]               as the Hugging Face Hub calls them
    licence(source, checks) -> Licence   of a source (its part of params.yaml) with these measured properties
    interval(source) -> float | None     time between two frames, where rows are stretches of frames

No stage imports it, so that no dataset is made again for what it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from equidyn.core.domain import Domain, built_in, find


@dataclass(frozen=True)
class Column:
    """dims: names of an array's axes, the first that of rows; unit: "" of labels and counts; classes: of labels."""

    dims: tuple[str, ...]
    unit: str = ""
    meaning: str = ""
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Licence:
    """name: as the Hub spells it; words: whose it is, and what is not known of it."""

    name: str
    words: str


OURS = Licence("mit", "made by equidyn, and under the licence of its code, MIT")
UNKNOWN = Licence("unknown", "equidyn does not know under which licence their source is")


def of_arrays(domain: Domain | None, arrays: Mapping[str, np.ndarray]) -> dict[str, Column]:
    """What is declared of each array; where nothing is, axes without a name."""
    known = getattr(_table(domain), "COLUMNS", {})
    return {name: known.get(name) or _nameless(array) for name, array in arrays.items()}


def tasks(domain: Domain | None) -> tuple[str, ...]:
    """Which tasks its datasets serve."""
    return getattr(_table(domain), "TASKS", ())


def licence(domain: Domain | None, source: dict[str, Any], checks: dict[str, Any]) -> Licence:
    """Under which licence a dataset is."""
    offers = _table(domain)
    return offers.licence(source, checks) if hasattr(offers, "licence") else UNKNOWN


def interval(domain: Domain | None, source: dict[str, Any]) -> float | None:
    """Time between two frames; None where that is not known."""
    offers = _table(domain)
    return offers.interval(source) if hasattr(offers, "interval") else None


def domain_of(kind: str, arrays: Mapping[str, np.ndarray]) -> Domain | None:
    """The domain of ours whose datasets have these arrays, and whose sources are of this kind; None if none is."""
    for domain in map(find, built_in()):
        known = getattr(_table(domain), "COLUMNS", {})
        if domain.has("source", kind) and all(
            name in known and len(known[name].dims) == array.ndim for name, array in arrays.items()
        ):
            return domain
    return None


def _table(domain: Domain | None) -> ModuleType | None:
    return domain.module("table") if domain is not None and domain.has("table") else None


def _nameless(array: np.ndarray) -> Column:
    return Column(("sample", *(f"axis {number}" for number in range(1, array.ndim))))
