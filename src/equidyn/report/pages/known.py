"""What is known of a claim: by the reference run where it has tried it, else by this run."""

import math
from dataclasses import dataclass

from equidyn.report.claims.ledger import Entry, Ledger
from equidyn.report.claims.tables import scaled_effect
from equidyn.report.claims.verdict import DECIDED, Verdict

Span = tuple[float, float, float]  # effect and interval over the smallest effect that matters


@dataclass(frozen=True)
class Known:
    """verdict: without its note; scaled: NaN where nothing is known or no size matters."""

    entry: Entry
    verdict: Verdict
    scaled: Span
    by_reference: bool = False

    @property
    def decided(self) -> bool:
        """Whether it is more than open."""
        return self.verdict in DECIDED

    @property
    def sureness(self) -> float:
        """How far the interval stays clear of zero; 0 if it does not, or nothing is known."""
        _, low, high = self.scaled
        return max(0.0, low, -high) if math.isfinite(low) and math.isfinite(high) else 0.0


def known(entry: Entry) -> Known:
    """What is known of one claim."""
    found = entry.reference
    if found is None:
        return Known(entry, entry.corrected.judgement.verdict, scaled_effect(entry.corrected.crucial))
    verdict = Verdict(found.verdict.partition(" (")[0])  # as it is printed, with its note
    return Known(entry, verdict, (found.scaled, found.scaled_low, found.scaled_high), by_reference=True)


def spans(entry: Entry) -> tuple[Span, Span, float]:
    """This run, the reference and the published figure as a chart shows them: to the left speaks against the claim.

    A claim of no effect has no side: its effect lies to the left of zero, within what is too small to matter or not.
    """
    run, said, found = scaled_effect(entry.corrected.crucial), published(entry), entry.reference
    other = (found.scaled, found.scaled_low, found.scaled_high) if found else (math.nan,) * 3
    first = next((value for value in (other[0], run[0], said) if math.isfinite(value)), 0.0)
    if entry.corrected.crucial.contrast.direction == "none" and first > 0:
        run, other, said = (-run[0], -run[2], -run[1]), (-other[0], -other[2], -other[1]), -said
    return run, other, said


def all_known(ledger: Ledger) -> list[Known]:
    """Of every claim that this run or the reference has tried."""
    return [known(entry) for entry in ledger.entries if entry.tried or entry.reference]


def published(entry: Entry) -> float:
    """The published figure of the effect on the same scale; NaN if it was not read, or is that of no test here."""
    test = entry.claim.corrected[0]
    if entry.claim.read is None or test.smallest is None:
        return math.nan
    size = math.log(entry.claim.read) if test.form == "ratio" else entry.claim.read
    return (-1.0 if test.direction == "less" else 1.0) * size / test.smallest


def short(verdict: Verdict) -> str:
    """The verdict in one word, for a row."""
    return "open" if verdict == Verdict.INCONCLUSIVE else str(verdict)


def span_text(span: Span, whole: bool = True) -> str:
    """1.8 [0.6, 3.0], a dash where nothing is known; whole: with its interval."""
    mean, low, high = span
    if not math.isfinite(mean):
        return "–"
    ends = f" [{low:.1f}, {high:.1f}]" if whole and math.isfinite(low) and math.isfinite(high) else ""
    return f"{mean:.1f}{ends}".replace("-0.0", "0.0").replace("-", "−")
