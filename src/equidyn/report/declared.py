"""What measures declare, their quantities, titles and definitions; and what a domain derives from them."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd

from equidyn.core.domain import Domain, imported
from equidyn.core.measures.quantities import Quantity
from equidyn.core.params import signatures
from equidyn.report.own import own

if TYPE_CHECKING:
    from equidyn.report.gather import StudyResults


@dataclass(frozen=True)
class Derived:
    """A number of each run that follows from measured ones, shown among the quantities of a measure.

    of: results -> columns dataset, variant, seed, status, value. A domain lists them in its report/derived.py:
    DERIVED, measure -> tuple of these.
    """

    quantity: Quantity
    of: Callable[["StudyResults"], pd.DataFrame]


def declared(domain: Domain, measure: str) -> tuple[Quantity, ...]:
    """The quantities of a measure; without it or its declaration none."""
    return getattr(_module(domain, measure), "QUANTITIES", ())


def derived(domain: Domain, measure: str) -> tuple[Derived, ...]:
    """What the domain derives from a measure."""
    return own(domain, "derived", "DERIVED", {}).get(measure, ())


def title(domain: Domain, measure: str) -> str:
    """The TITLE of a measure, or its name."""
    name = measure.rpartition("/")[2].rpartition(".")[2].replace("_", " ")
    plain = f"{name[:1].upper()}{name[1:]}"
    if not measure.startswith(signatures.AUDIT):
        return getattr(_module(domain, measure), "TITLE", plain)
    twin = getattr(_module(domain, measure.removeprefix(signatures.AUDIT)), "TITLE", plain)
    return getattr(_module(domain, measure), "TITLE", f"{twin}, as published")


def definition(domain: Domain, measure: str, options: Mapping[str, Any]) -> list[str]:
    """What a measure is, in the words of its file, with the values of options that stand in `backquotes` there."""
    module = _module(domain, measure)
    if module is None:
        return []
    chosen = signatures.checked(domain, "measures", measure, dict(options))
    tree = ast.parse(Path(module.__file__).read_bytes())  # python -OO drops docstrings, the source has them
    own = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "measure")
    first = (ast.get_docstring(tree) or "").split("\n\n")[0].partition(": ")[2]
    rest = (ast.get_docstring(own) or "").split("\n\n")
    plain = [re.sub(r"\s+", " ", text).strip() for text in (f"{first[:1].upper()}{first[1:]}", *rest)]
    return [re.sub("`([^`]*)`", lambda found: str(chosen.get(found[1], found[1])), text) for text in plain if text]


@cache
def _module(domain: Domain, measure: str) -> ModuleType | None:
    """Of a measure that the domain no longer has, as in cells of an older state, there is none."""
    try:
        return imported(signatures.module(domain, "measures", measure))
    except ValueError:
        return None
