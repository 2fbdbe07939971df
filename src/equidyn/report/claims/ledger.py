"""The ledger: every claim under its definitions, each with one p-value, corrected for the claims beside it."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from equidyn.report.claims.converged import NOT_NEEDED, NOTES, WORST_FIRST, Converged, Convergence, convergence
from equidyn.report.claims.effects import Effect, effect, missing, study_of, unmet
from equidyn.report.claims.model import DEFINITIONS, Claim, Claims, Contrast
from equidyn.report.claims.power import seeds_needed
from equidyn.report.claims.reference import Reference
from equidyn.report.claims.repeated import unrepeated
from equidyn.report.claims.verdict import (
    LEVEL,
    Evidence,
    Judgement,
    Leaning,
    Verdict,
    combined,
    evidence_of,
    judged,
    passed,
    weighed,
)
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import counted
from equidyn.report.statistics import FEWEST_SEEDS, has_spread, holm

OTHER_SCALE = "not the published scale"
LUCKY = "tuning not repeated"
Lucky = dict[str, dict[str, str]]  # study -> variant -> how far it trains from its trial (repeated.py)
NO_OTHER = "no other definition"  # in the place of a verdict as published, where nothing was coded to differ


@dataclass(frozen=True)
class Outcome:
    """What came of one test: its evidence, or what is said without any: of an identity, or if it cannot be made."""

    contrast: Contrast
    effect: Effect | None
    evidence: Evidence | None
    judgement: Judgement | None
    convergence: Convergence = NOT_NEEDED

    @property
    def decides(self) -> bool:
        """Whether it is a primary test, on which the verdict rests."""
        left_out = self.contrast.optional and self.judgement and self.judgement.verdict == Verdict.NOT_RUN
        return self.contrast.decides and not left_out

    @property
    def leaning(self) -> Leaning | None:
        """What this test alone says most surely, with its p, uncorrected; None if it was not made."""
        return self.evidence.leaning if self.evidence else None

    @property
    def p(self) -> float:
        """The p-value before correction, NaN if no test was made."""
        return self.leaning.p if self.leaning else math.nan


@dataclass(frozen=True)
class Defined:
    """A claim under one definition. p_holm: after Holm's correction for the `family` of claims tested beside it."""

    outcomes: list[Outcome]
    p_holm: float = math.nan
    family: int = 0

    @cached_property
    def leaning(self) -> Leaning | None:
        """The surest conclusion from all primary tests, with the one p of the claim; None if none was made."""
        if not self._made or self._given(Verdict.CONTRADICTED):
            return None
        complete = len(self._made) + len(self._given(Verdict.SUPPORTED)) == len(self.deciding)
        return weighed([outcome.evidence for outcome in self._made], complete).leaning

    @property
    def judgement(self) -> Judgement:
        """The verdict, from the primary tests."""
        given = [outcome.judgement for outcome in self.deciding if outcome.judgement]
        if self.leaning is None:
            return combined(given)
        found = judged(self.leaning, self.p_holm)
        return combined([found, *given]) if found.verdict == Verdict.INCONCLUSIVE else found

    @property
    def crucial(self) -> Outcome:
        """The test on which the verdict hangs: the surest contradiction, or else the weakest support."""
        lean = self.leaning
        if lean is None:
            return (self._given(self.judgement.verdict) or self.deciding)[0]
        chosen = min if lean.verdict == Verdict.CONTRADICTED else max
        return chosen(self._made, key=lambda outcome: outcome.evidence.p_of[lean.verdict])

    @property
    def seeds_needed(self) -> float:
        """Seeds that would give the conclusion to which the data lean, with 80 % power; NaN if there is none.

        At the strictest step of Holm's correction; of several tests, what the slowest needs for support, and what the
        quickest needs for a contradiction.
        """
        lean = self.leaning
        if lean is None or not lean.clear:
            return math.nan
        contradicts = lean.verdict == Verdict.CONTRADICTED
        level = LEVEL / self.family / (len(self._made) if contradicts else 1)
        needed = [_seeds_of(outcome, lean.verdict, level) for outcome in self._made]
        return min(needed) if contradicts else max(needed)

    @property
    def converged(self) -> Converged:
        """Whether all primary tests have converged; one that has not is enough, then one that was not checked."""
        said = [outcome.convergence.converged for outcome in self.deciding]
        return next((one for one in WORST_FIRST if one in said), Converged.NOT_NEEDED)

    @property
    def deciding(self) -> list[Outcome]:
        """The primary tests."""
        return [outcome for outcome in self.outcomes if outcome.decides]

    @property
    def _made(self) -> list[Outcome]:
        return [outcome for outcome in self.deciding if outcome.evidence]

    def _given(self, verdict: Verdict) -> list[Outcome]:
        return [outcome for outcome in self.deciding if outcome.judgement and outcome.judgement.verdict == verdict]


@dataclass(frozen=True)
class Entry:
    """A claim under both definitions, or under the one that it has; then as_published is None.

    reference: what the shipped reference run found of it (compared.py), None if nothing.
    """

    claim: Claim
    corrected: Defined
    as_published: Defined | None
    reference: Reference | None = None

    def under(self, definition: str) -> Defined | None:
        """The claim under "corrected" or "as_published"; None if it has no such definition."""
        return getattr(self, definition)

    def verdict(self, definition: str) -> str:
        """The verdict without its note, or that there is no other definition."""
        defined = self.under(definition)
        return defined.judgement.verdict if defined else NO_OTHER

    def text(self, definition: str) -> str:
        """The verdict as it is printed, or that there is no other definition."""
        defined = self.under(definition)
        return str(defined.judgement) if defined else NO_OTHER

    def shown(self, definition: str) -> str:
        """The same, with what is to be said of its convergence."""
        defined = self.under(definition)
        note = NOTES.get(defined.converged) if defined else None
        return f"{self.text(definition)}; {note}" if note else self.text(definition)

    @property
    def definitions(self) -> list[tuple[str, Defined]]:
        """The claim under each definition that it has, by name."""
        found = [(name, self.under(name)) for name in DEFINITIONS]
        return [(name, defined) for name, defined in found if defined]

    @property
    def tried(self) -> bool:
        """Whether something of it was run."""
        return any(defined.judgement.verdict != Verdict.NOT_RUN for _, defined in self.definitions)


@dataclass(frozen=True)
class Ledger:
    """All claims, in the order of claims.yaml."""

    claims: Claims
    entries: list[Entry]

    @property
    def tried(self) -> list[Entry]:
        """The claims of which this run has something to say."""
        return [entry for entry in self.entries if entry.tried]

    @property
    def untried(self) -> list[Entry]:
        """The others: no study, variant or measure that they need is in params.yaml."""
        return [entry for entry in self.entries if not entry.tried]

    @property
    def tests(self) -> int:
        """How many tests were made, for all claims."""
        return sum(outcome.evidence is not None for _, _, outcome in self.outcomes())

    def outcomes(self) -> list[tuple[Claim, str, Outcome]]:
        """Every test with its claim and definition."""
        return [
            (entry.claim, definition, outcome)
            for entry in self.entries
            for definition, defined in entry.definitions
            for outcome in defined.outcomes
        ]

    def converged(self, definition: str) -> dict[str, list[str]]:
        """Whether claims have converged -> their ids; those for which it means nothing are left out."""
        said = {entry.claim.id: entry.under(definition).converged for entry in self.entries if entry.under(definition)}
        return {head: [name for name, one in said.items() if one == head] for head in WORST_FIRST}

    def tally(self, definition: str) -> dict[str, list[str]]:
        """Verdict -> ids of the claims of which it is said; those without such a definition, if any, come last."""
        verdicts = {entry.claim.id: entry.verdict(definition) for entry in self.entries}
        heads = [*Verdict, *([NO_OTHER] if NO_OTHER in verdicts.values() else [])]
        return {head: [name for name, said in verdicts.items() if said == head] for head in heads}


def ledger(claims: Claims, studies: Sequence[StudyResults]) -> Ledger:
    """Test every claim on the results of all studies."""
    lucky = {study.name: unrepeated(study) for study in studies}
    found = {
        (row, definition): Defined([_tried(contrast, studies, lucky) for contrast in getattr(claim, definition)])
        for row, claim in enumerate(claims.claims)
        for definition in DEFINITIONS
        if getattr(claim, definition)
    }
    for family in _families(found):
        values = holm([found[key].leaning.p for key in family])
        found |= {key: replace(found[key], p_holm=p, family=len(family)) for key, p in zip(family, values, strict=True)}
    return Ledger(
        claims,
        [
            Entry(claim, *(found.get((row, definition)) for definition in DEFINITIONS))
            for row, claim in enumerate(claims.claims)
        ],
    )


def _families(found: dict[tuple[int, str], Defined]) -> Iterable[list[tuple[int, str]]]:
    """The claims that have a p-value, of one study and one definition each."""
    families = defaultdict(list)
    for (row, definition), defined in found.items():
        if defined.leaning:
            families[definition, defined.deciding[0].contrast.study].append((row, definition))
    return families.values()


def _tried(contrast: Contrast, studies: Sequence[StudyResults], lucky: Lucky) -> Outcome:
    """One test, with what the control says of it."""
    study = study_of(contrast, studies)
    outcome = _tested(contrast, study, lucky)
    return replace(outcome, convergence=convergence(contrast, outcome.effect, study))


def _tested(contrast: Contrast, study: StudyResults | None, lucky: Lucky) -> Outcome:
    """One test, or why there is none: what is missing first, then what makes it unfair, then what it cannot decide."""
    absent = missing(contrast, study)
    if absent:
        return Outcome(contrast, None, None, Judgement(Verdict.NOT_RUN, reason=absent))
    found = effect(contrast, study)
    unfit = _unfair(contrast, study, lucky[study.name]) or _undecidable(contrast, found)
    if unfit:
        return Outcome(contrast, found, None, unfit)
    smallest = contrast.smallest if contrast.direction == "none" or contrast.compares else None
    return Outcome(contrast, found, evidence_of(found.sample.to_list(), contrast.direction, smallest), None)


def _unfair(contrast: Contrast, study: StudyResults, lucky: dict[str, str]) -> Judgement | None:
    """What speaks against the test, whatever its numbers: another scale, or nets whose tuning was luck."""
    other_scale = unmet(contrast, study)
    if other_scale:
        return Judgement(Verdict.INCONCLUSIVE, OTHER_SCALE, "; ".join(other_scale))
    compared = {term.variant for term in contrast.terms}
    said = [words for name, words in lucky.items() if name in compared]
    return Judgement(Verdict.INCONCLUSIVE, LUCKY, "; ".join(said)) if said and contrast.rule != "exact" else None


def _undecidable(contrast: Contrast, found: Effect) -> Judgement | None:
    """What is said where there is no t-test: of an identity, of too few seeds, or of seeds that are all alike."""
    sample = found.sample.to_list()
    if contrast.rule == "exact" and sample:
        return passed(sample, contrast.direction, contrast.smallest, found.errors.to_list())
    if len(sample) < FEWEST_SEEDS:
        return Judgement(Verdict.INCONCLUSIVE, counted(len(sample), "seed"), f"fewer than {FEWEST_SEEDS} seeds")
    if not has_spread(sample):
        return Judgement(Verdict.INCONCLUSIVE, "no spread", "all seeds give the same number, so there is no t-test")
    return None


def _seeds_of(outcome: Outcome, verdict: Verdict, level: float) -> float:
    contrast = outcome.contrast
    return seeds_needed(outcome.effect.sample.to_list(), verdict, contrast.direction, contrast.smallest, level)
