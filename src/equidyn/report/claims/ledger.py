"""The ledger: every claim under its definitions, corrected for the number of tests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from equidyn.report.claims.effects import Effect, effect, missing, study_of, unmet
from equidyn.report.claims.model import DEFINITIONS, Claim, Claims, Contrast
from equidyn.report.claims.verdict import Judgement, Leaning, Verdict, combined, judged, leaning
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import counted
from equidyn.report.statistics import FEWEST_SEEDS, holm

OTHER_SCALE = "not the published scale"
NO_OTHER = "no other definition"  # in the place of a verdict as published, where nothing was coded to differ


@dataclass(frozen=True)
class Outcome:
    """What came of one test. leaning and the p-value after Holm's correction (NaN) are missing where none was made."""

    contrast: Contrast
    effect: Effect | None
    judgement: Judgement
    leaning: Leaning | None = None
    p_holm: float = math.nan

    @property
    def decides(self) -> bool:
        """Whether the verdict rests on this test, among others."""
        left_out = self.contrast.optional and self.judgement.verdict == Verdict.NOT_RUN
        return self.contrast.decides and not left_out

    @property
    def p(self) -> float:
        """The p-value before correction, NaN if no test was made."""
        return self.leaning.p if self.leaning else math.nan


@dataclass(frozen=True)
class Defined:
    """A claim under one definition."""

    outcomes: list[Outcome]

    @property
    def judgement(self) -> Judgement:
        """The verdict, from the tests that decide."""
        return combined([outcome.judgement for outcome in self._deciding])

    @property
    def crucial(self) -> Outcome:
        """The test on which the verdict hangs: the surest contradiction, or else the weakest support."""
        verdict = self.judgement.verdict
        same = [outcome for outcome in self._deciding if outcome.judgement.verdict == verdict] or self._deciding
        if verdict == Verdict.CONTRADICTED:
            return min(same, key=lambda outcome: outcome.p_holm)
        return max(same, key=lambda outcome: outcome.p_holm if math.isfinite(outcome.p_holm) else math.inf)

    @property
    def _deciding(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.decides]


@dataclass(frozen=True)
class Entry:
    """A claim under both definitions, or under the one that it has; then as_published is None."""

    claim: Claim
    corrected: Defined
    as_published: Defined | None

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

    @property
    def definitions(self) -> list[tuple[str, Defined]]:
        """The claim under each definition that it has, by name."""
        found = [(name, self.under(name)) for name in DEFINITIONS]
        return [(name, defined) for name, defined in found if defined]


@dataclass(frozen=True)
class Ledger:
    """All claims, in the order of claims.yaml."""

    claims: Claims
    entries: list[Entry]

    @property
    def tests(self) -> int:
        """How many tests were made, all of which the p-values are corrected for."""
        return sum(outcome.leaning is not None for _, _, outcome in self.outcomes())

    def outcomes(self) -> list[tuple[Claim, str, Outcome]]:
        """Every test with its claim and definition."""
        return [
            (entry.claim, definition, outcome)
            for entry in self.entries
            for definition, defined in entry.definitions
            for outcome in defined.outcomes
        ]

    def tally(self, definition: str) -> dict[str, list[str]]:
        """Verdict -> ids of the claims of which it is said; those without such a definition, if any, come last."""
        verdicts = {entry.claim.id: entry.verdict(definition) for entry in self.entries}
        heads = [*Verdict, *([NO_OTHER] if NO_OTHER in verdicts.values() else [])]
        return {head: [name for name, said in verdicts.items() if said == head] for head in heads}


def ledger(claims: Claims, studies: Sequence[StudyResults]) -> Ledger:
    """Test every claim on the results of all studies."""
    keys = [
        (row, definition, place)
        for row, claim in enumerate(claims.claims)
        for definition in DEFINITIONS
        for place in range(len(getattr(claim, definition)))
    ]
    tried = [_tried(getattr(claims.claims[row], definition)[place], studies) for row, definition, place in keys]
    outcomes = dict(zip(keys, _corrected(tried), strict=True))
    return Ledger(claims, [_entry(row, claim, outcomes) for row, claim in enumerate(claims.claims)])


def _entry(row: int, claim: Claim, outcomes: dict[tuple[int, str, int], Outcome]) -> Entry:
    found = {name: [outcomes[row, name, place] for place in range(len(getattr(claim, name)))] for name in DEFINITIONS}
    return Entry(claim, **{name: Defined(tested) if tested else None for name, tested in found.items()})


def _tried(contrast: Contrast, studies: Sequence[StudyResults]) -> Outcome:
    """The outcome before correction: tested, or why not."""
    study = study_of(contrast, studies)
    absent = missing(contrast, study)
    if absent:
        return Outcome(contrast, None, Judgement(Verdict.NOT_RUN, reason=absent))
    found, other_scale = effect(contrast, study), unmet(contrast, study)
    if len(found.sample) < FEWEST_SEEDS:
        few = Judgement(Verdict.INCONCLUSIVE, counted(len(found.sample), "seed"), f"fewer than {FEWEST_SEEDS} seeds")
        return Outcome(contrast, found, few)
    if other_scale:
        return Outcome(contrast, found, Judgement(Verdict.INCONCLUSIVE, OTHER_SCALE, "; ".join(other_scale)))
    lean = leaning(found.sample.to_list(), contrast.direction, _margin(contrast))
    return Outcome(contrast, found, judged(lean, lean.p), lean)


def _margin(contrast: Contrast) -> float | None:
    """On the scale of the sample, which is logarithmic in a ratio."""
    return math.log(contrast.margin) if contrast.margin and contrast.form == "ratio" else contrast.margin


def _corrected(outcomes: list[Outcome]) -> list[Outcome]:
    """Judged anew by the p-values after Holm's correction over all that were tested."""
    values = iter(holm([outcome.p for outcome in outcomes if outcome.leaning]))
    return [_with(outcome, next(values)) if outcome.leaning else outcome for outcome in outcomes]


def _with(outcome: Outcome, p_holm: float) -> Outcome:
    return replace(outcome, p_holm=p_holm, judgement=judged(outcome.leaning, p_holm))
