"""From effects to verdicts: the rules, and nothing else.

A claim of a direction is tested by the paired t-test, two-sided, so that it can be supported or contradicted. A claim
of no effect is supported if the effect is shown to lie within its margin (two one-sided tests), and contradicted if it
is shown to lie beyond. Either way the p-value of the conclusion to which the data lean enters Holm's correction, over
all tests of the ledger, and the conclusion holds if the corrected value is below 0.05.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from equidyn.report.statistics import p_beyond, p_equivalent, p_value

LEVEL = 0.05


class Verdict(StrEnum):
    """What may be said of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Leaning:
    """What the data would say of a claim if p were small enough: supported or contradicted."""

    verdict: Verdict
    p: float


@dataclass(frozen=True)
class Judgement:
    """A verdict, what is said of it in brackets, and its reason in words."""

    verdict: Verdict
    note: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """The verdict as it is printed."""
        return f"{self.verdict} ({self.note})" if self.note else str(self.verdict)


def leaning(sample: Sequence[float], direction: str, margin: float | None = None) -> Leaning:
    """Test one effect per seed against what is claimed: "less" or "greater" than 0, or "none" within a margin."""
    if direction == "none":
        within, beyond = p_equivalent(sample, margin), p_beyond(sample, margin)
        return Leaning(Verdict.SUPPORTED, within) if within <= beyond else Leaning(Verdict.CONTRADICTED, beyond)
    agrees = fmean(sample) < 0 if direction == "less" else fmean(sample) > 0
    return Leaning(Verdict.SUPPORTED if agrees else Verdict.CONTRADICTED, p_value(sample))


def judged(lean: Leaning, corrected: float) -> Judgement:
    """The verdict of one test, given its p-value after correction."""
    if corrected < LEVEL:
        return Judgement(lean.verdict)
    return Judgement(Verdict.INCONCLUSIVE, reason=f"p is not below {LEVEL} after correction")


def combined(judgements: Sequence[Judgement]) -> Judgement:
    """The verdict of a definition with several tests: one may contradict the claim, all must support it."""
    verdicts = [judgement.verdict for judgement in judgements]
    if Verdict.CONTRADICTED in verdicts:
        return Judgement(Verdict.CONTRADICTED, reason=_share(verdicts, Verdict.CONTRADICTED))
    for unanimous in (Verdict.SUPPORTED, Verdict.NOT_RUN):
        if set(verdicts) == {unanimous}:
            return Judgement(unanimous, reason=_reasons(judgements))
    open_ones = [judgement for judgement in judgements if judgement.verdict != Verdict.SUPPORTED]
    note = next((judgement.note for judgement in open_ones if judgement.note), "")
    parts = [_share(verdicts, Verdict.SUPPORTED), _reasons(open_ones)]
    return Judgement(Verdict.INCONCLUSIVE, note, "; ".join(part for part in parts if part))


def _share(verdicts: Sequence[Verdict], verdict: Verdict) -> str:
    """How many tests say so; nothing to say if there is but one, or none that does."""
    count = verdicts.count(verdict)
    return f"{count} of {len(verdicts)} tests {verdict}" if count and len(verdicts) > 1 else ""


def _reasons(judgements: Sequence[Judgement]) -> str:
    return "; ".join(dict.fromkeys(judgement.reason for judgement in judgements if judgement.reason))
