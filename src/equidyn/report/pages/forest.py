"""One chart of all claims: effect over the smallest effect that matters, as places on a common axis [percent].

The axis is linear within what is too small to matter and logarithmic beyond. It ends beyond the means: an interval that
few seeds leave wide is cut there, with an arrow.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from equidyn.report.claims.ledger import Entry, Ledger
from equidyn.report.claims.verdict import DECIDED, Verdict
from equidyn.report.claims.words import effect_words
from equidyn.report.labels import readable
from equidyn.report.pages.known import Span, all_known, known, short, spans

MARKS = {"supported": "✓", "contradicted": "✗", "no effect": "=", "inconclusive": "?", "not run": "–"}
MOST = 30  # rows that fit one screen
_TICKS = (1, 3, 10, 30, 100, 300)
_LEAST, _ROOM = 4.0, 1.25  # end of the axis at least; beyond the largest mean
_HALF = 48.0  # of the axis [percent of the width]; what is left is for marks at its end


@dataclass(frozen=True)
class Bar:
    """at: of the mean; left, right: ends of the interval; cut: "left" or "right" where it goes on beyond the axis."""

    at: float
    left: float
    right: float
    cut: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One claim. words: the same for those who do not see it."""

    entry: Entry
    verdict: Verdict
    decided: bool
    run: Bar | None
    reference: Bar | None
    published: float | None
    words: str

    @property
    def mark(self) -> str:
        """Of the verdict."""
        return MARKS[self.verdict]


@dataclass(frozen=True)
class Forest:
    """groups: title of a study -> rows; ticks: place -> label; band: what is too small to matter."""

    groups: dict[str, list[Row]]
    ticks: list[tuple[float, str]]
    band: tuple[float, float]
    left_out: int

    @property
    def rows(self) -> list[Row]:
        """Of all studies."""
        return [row for rows in self.groups.values() for row in rows]

    @property
    def kinds(self) -> set[str]:
        """What is drawn besides this run."""
        published = any(row.published is not None for row in self.rows)
        drawn = {"reference": any(row.reference for row in self.rows), "published": published}
        return {kind for kind, found in drawn.items() if found}

    @property
    def cut(self) -> bool:
        """Whether some interval goes on beyond the axis."""
        return any(span and span.cut for row in self.rows for span in (row.run, row.reference))


def forest(ledger: Ledger, studies: Sequence[str], alone: bool = False) -> Forest:
    """The claims that have an effect on the common scale, by study, in the order of `studies`; alone: of no others.

    Of too many, those that are decided come first.
    """
    every = [one.entry for one in all_known(ledger) if _sized(one.entry)]
    found = [entry for entry in every if study_of(entry) in studies or not alone]
    chosen = set(map(id, sorted(found, key=lambda entry: known(entry).verdict not in DECIDED)[:MOST]))
    shown = [entry for entry in found if id(entry) in chosen]
    drawn = [(run[0], reference[0], said) for run, reference, said in map(spans, shown)]
    means = [abs(mean) for three in drawn for mean in three if math.isfinite(mean)]
    end = max([_LEAST, *(_ROOM * mean for mean in means)])
    groups: dict[str, list[Row]] = {}
    order = [*studies, *map(study_of, shown)]
    for entry in sorted(shown, key=lambda entry: order.index(study_of(entry))):
        groups.setdefault(readable(study_of(entry)), []).append(_row(entry, end))
    sides = [0, *(sign * size for size in _TICKS if size < end for sign in (-1, 1))]
    ticks = [(_at(tick, end), f"{tick:g}".replace("-", "−")) for tick in sorted(sides)]
    return Forest(groups, ticks, (_at(-1, end), _at(1, end)), len(found) - len(shown))


def study_of(entry: Entry) -> str:
    """The study on which a claim is tested."""
    return entry.claim.corrected[0].study


def _sized(entry: Entry) -> bool:
    run, reference, _ = spans(entry)
    return math.isfinite(run[0]) or math.isfinite(reference[0])


def _row(entry: Entry, end: float) -> Row:
    one, (run, reference, said) = known(entry), spans(entry)
    texts = {"this run": run, "reference": reference}
    words = [f"{who} {effect_words(*span, '').strip()}" for who, span in texts.items() if math.isfinite(span[0])]
    words += [f"published {said:.2g}"] if math.isfinite(said) else []
    return Row(
        entry,
        one.verdict,
        one.decided,
        _bar(run, end),
        _bar(reference, end),
        _at(said, end) if math.isfinite(said) else None,
        f"{entry.claim.statement} {short(one.verdict).capitalize()}: {'; '.join(words)} times what matters.",
    )


def _bar(span: Span, end: float) -> Bar | None:
    mean, low, high = span
    if not math.isfinite(mean):
        return None
    ends = [low if math.isfinite(low) else mean, high if math.isfinite(high) else mean]
    cut = tuple(side for side, beyond in (("left", ends[0] < -end), ("right", ends[1] > end)) if beyond)
    return Bar(_at(mean, end), _at(max(ends[0], -end), end), _at(min(ends[1], end), end), cut)


def _at(value: float, end: float) -> float:
    return round(50 + _HALF * math.asinh(value) / math.asinh(end), 2)
