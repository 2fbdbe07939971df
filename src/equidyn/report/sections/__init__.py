"""What the report shows of each study, and in which order.

Every measure is shown by a section of its own (quantity.Measured) unless another section shows it, so that a new
measure needs nothing here. A domain may say more in report/__init__.py:

SECTIONS    modules with `section(results) -> Section | None` (None: nothing to show) and, if they show measures,
            MEASURES, their names; names of measures, whose own sections stand there; and `...`, where all others stand
AUDIT       modules that come last
"""

from collections.abc import Iterator
from types import EllipsisType, ModuleType
from typing import Protocol

from equidyn.core.params.signatures import AUDIT
from equidyn.report.gather import StudyResults
from equidyn.report.sections import (
    checkpoints,
    convergence,
    cost,
    data,
    hessian,
    league,
    learning,
    published,
    sizes,
    tuning,
    variants,
)
from equidyn.report.sections.quantity import Measured
from equidyn.report.sections.section import Place, Section

Entry = ModuleType | str | EllipsisType
_FIRST = (league,)
_LAST = (hessian, sizes)
_APPENDIX = (variants, data, learning, convergence, tuning, cost, checkpoints)


class Shows(Protocol):
    """What makes a section of the results of a study, if there is anything to show."""

    def section(self, results: StudyResults) -> Section | None:
        """See above."""


def sections_for(results: StudyResults) -> list[tuple[Shows, Place]]:
    """The sections that a study may have, in their order, and where each stands."""
    home = results.settings.home
    report = home.module("report") if home.has("report") else None
    own, last = (tuple(getattr(report, name, ())) for name in ("SECTIONS", "AUDIT"))
    own = own if ... in own else (*own, ...)
    elsewhere = _shown_by((*own, *last, *_LAST, *_APPENDIX))
    rest = [name for name in results.settings.measures if name not in elsewhere]
    audit = [name for name in rest if name.startswith(AUDIT)]
    middle = [one for entry in own for one in _placed(entry, [name for name in rest if name not in audit], results)]
    return [
        *((one, "page") for one in (*_FIRST, *middle, *_LAST)),
        *((one, "appendix") for one in _APPENDIX),
        *((one, "audit") for one in (published, *last, *map(Measured, audit))),
    ]


def _shown_by(entries: tuple[Entry, ...]) -> set[str]:
    """Measures that have a place."""
    named = {entry for entry in entries if isinstance(entry, str)}
    return named.union(*(getattr(entry, "MEASURES", ()) for entry in entries))


def _placed(entry: Entry, rest: list[str], results: StudyResults) -> Iterator[Shows]:
    if entry is ...:
        yield from map(Measured, rest)
    elif not isinstance(entry, str):
        yield entry
    elif entry in results.settings.measures:
        yield Measured(entry)
