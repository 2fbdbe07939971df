"""The ledger: every claim under both definitions, corrected for the number of tests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from equidyn.reporting.claims.effects import Effect, effect, missing, study_of, unmet
from equidyn.reporting.claims.model import DEFINITIONS, Claim, Claims, Contrast
from equidyn.reporting.claims.verdict import Judgement, Leaning, Verdict, combined, judged, leaning
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.numbers import counted
from equidyn.reporting.statistics import FEWEST_SEEDS, holm

OTHER_SCALE = "not the published scale"


@dataclass(frozen=True)
class Outcome:
    """What came of one test. leaning and the p-value after Holm's correction (NaN) are missing where none was made."""

    contrast: Contrast
    effect: Effect | None
    judgement: Judgement
    leaning: Leaning | None = None
    p_holm: float = math.nan

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
        return [outcome for outcome in self.outcomes if outcome.contrast.decides]


@dataclass(frozen=True)
class Entry:
    """A claim under both definitions."""

    claim: Claim
    corrected: Defined
    as_published: Defined

    def under(self, definition: str) -> Defined:
        """The claim under "corrected" or "as_published"."""
        return getattr(self, definition)


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
            for definition in DEFINITIONS
            for outcome in entry.under(definition).outcomes
        ]

    def tally(self, definition: str) -> dict[Verdict, list[str]]:
        """Verdict -> ids of the claims of which it is said."""
        verdicts = {entry.claim.id: entry.under(definition).judgement.verdict for entry in self.entries}
        return {verdict: [name for name, said in verdicts.items() if said == verdict] for verdict in Verdict}


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
    found = {
        name: Defined([outcomes[row, name, place] for place in range(len(getattr(claim, name)))])
        for name in DEFINITIONS
    }
    return Entry(claim, **found)


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
