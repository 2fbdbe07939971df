"""From effects to verdicts: the rules, and nothing else.

One test gives a p-value for each of three conclusions: that the effect speaks for the claim, that it speaks against it,
and that there is no effect of a size that matters. A claim of a direction is tested by the paired t-test on either side
at half the level, and by two one-sided tests against the smallest effect that matters. A claim of no effect is
supported by the latter, and contradicted by an effect that is shown to lie beyond.

A claim has one p: it is supported if all its k primary tests say so (the largest of their p; Berger 1982), contradicted
if one does (k times the smallest; Bonferroni), and without effect if all are. The conclusion with the smallest p is
that to which the data lean. It enters Holm's correction over the claims of one study under one definition, and holds if
the corrected value is below 0.05. Identities and counterexamples are no tests: they pass or fail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from equidyn.report.statistics import p_beyond, p_equivalent, p_value

LEVEL = 0.05
_EVEN = 0.5  # p from which on the data lean to no side


class Verdict(StrEnum):
    """What may be said of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NO_EFFECT = "no effect"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"


DECIDED = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NO_EFFECT)


@dataclass(frozen=True)
class Leaning:
    """What the data would say of a claim if p were small enough: supported, contradicted or no effect."""

    verdict: Verdict
    p: float

    @property
    def clear(self) -> bool:
        """Whether the data lean to a side at all; not so where the tests of a claim contradict each other."""
        return self.p < _EVEN


@dataclass(frozen=True)
class Evidence:
    """p of each conclusion that a test, or all tests of a claim, may come to; 1 for one that they cannot."""

    supports: float
    contradicts: float
    no_effect: float = 1.0

    @property
    def p_of(self) -> dict[Verdict, float]:
        """The same by conclusion."""
        return {
            Verdict.SUPPORTED: self.supports,
            Verdict.CONTRADICTED: self.contradicts,
            Verdict.NO_EFFECT: self.no_effect,
        }

    @property
    def leaning(self) -> Leaning:
        """The surest conclusion."""
        verdict = min(self.p_of, key=self.p_of.__getitem__)
        return Leaning(verdict, self.p_of[verdict])


@dataclass(frozen=True)
class Judgement:
    """A verdict, what is said of it in brackets, and its reason in words."""

    verdict: Verdict
    note: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """The verdict as it is printed."""
        return f"{self.verdict} ({self.note})" if self.note else str(self.verdict)


def evidence_of(sample: Sequence[float], direction: str, matters: float | None = None) -> Evidence:
    """One effect per seed against what is claimed: "less" or "greater" than 0, or "none" within `matters`.

    matters: the smallest effect that matters, on the scale of the sample; None: no effect is too small to matter. The
    sample needs two values or more, and some spread.
    """
    if direction == "none":
        return Evidence(p_equivalent(sample, matters), p_beyond(sample, matters))
    sides = {side: min(1.0, 2 * p_value(sample, 0.0, side)) for side in ("less", "greater")}
    other = {"less": "greater", "greater": "less"}[direction]
    return Evidence(sides[direction], sides[other], 1.0 if matters is None else p_equivalent(sample, matters))


def inside(sample: Sequence[float], direction: str, matters: float | None) -> list[float]:
    """How far each value lies on the side that is claimed, or within `matters`; below 0 where it does not."""
    sign = -1.0 if direction == "less" else 1.0
    return [matters - abs(value) if direction == "none" else sign * value for value in sample]


def passed(sample: Sequence[float], direction: str, matters: float | None, errors: Sequence[float]) -> Judgement:
    """An identity or a counterexample: what is claimed must hold of every value; one that breaks it is enough.

    errors: bounds of the values' own numerical errors. A value that is within them of the limit decides nothing.
    """
    gaps = inside(sample, direction, matters)
    broken = sum(gap < -error for gap, error in zip(gaps, errors, strict=True))
    if broken:
        return Judgement(Verdict.CONTRADICTED, reason=f"broken by {broken} of {len(gaps)} runs")
    if all(gap > error for gap, error in zip(gaps, errors, strict=True)):
        return Judgement(Verdict.SUPPORTED, reason=f"held by all {len(gaps)} runs")
    return Judgement(Verdict.INCONCLUSIVE, reason="nearer to the limit than the numerical error")


def weighed(tests: Sequence[Evidence], complete: bool = True) -> Evidence:
    """The evidence of a claim from that of its primary tests; complete: all of them could be made."""
    against = min(1.0, len(tests) * min(test.contradicts for test in tests))
    if not complete:
        return Evidence(1.0, against)
    return Evidence(max(test.supports for test in tests), against, max(test.no_effect for test in tests))


def judged(lean: Leaning, corrected: float) -> Judgement:
    """The verdict of a claim, given its p-value after correction."""
    if corrected < LEVEL:
        return Judgement(lean.verdict)
    side = f"leans to {lean.verdict}" if lean.clear else "leans to no side"
    return Judgement(Verdict.INCONCLUSIVE, reason=f"{side}, p is not below {LEVEL} after correction")


def combined(judgements: Sequence[Judgement]) -> Judgement:
    """The verdict of a definition with several parts: one may contradict the claim, all must support it."""
    verdicts = [judgement.verdict for judgement in judgements]
    if Verdict.CONTRADICTED in verdicts:
        return Judgement(Verdict.CONTRADICTED, reason=_reasons(_of(judgements, Verdict.CONTRADICTED)))
    for unanimous in (Verdict.SUPPORTED, Verdict.NO_EFFECT, Verdict.NOT_RUN):
        if set(verdicts) == {unanimous}:
            return Judgement(unanimous, reason=_reasons(judgements))
    open_ones = [judgement for judgement in judgements if judgement.verdict != Verdict.SUPPORTED]
    note = next((judgement.note for judgement in open_ones if judgement.note), "")
    return Judgement(Verdict.INCONCLUSIVE, note, _reasons(open_ones))


def _of(judgements: Iterable[Judgement], verdict: Verdict) -> list[Judgement]:
    return [judgement for judgement in judgements if judgement.verdict == verdict]


def _reasons(judgements: Iterable[Judgement]) -> str:
    return "; ".join(dict.fromkeys(judgement.reason for judgement in judgements if judgement.reason))
