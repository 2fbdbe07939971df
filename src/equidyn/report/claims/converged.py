"""Whether a test would come out the same after longer training, by the runs of the study's control."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from equidyn.report.claims.effects import Effect, shift
from equidyn.report.claims.model import Contrast
from equidyn.report.gather import StudyResults
from equidyn.report.moves import moves, signed
from equidyn.report.statistics import estimate


class Converged(StrEnum):
    """Whether an effect keeps its sign and its interval when training goes on."""

    YES = "yes"
    NO = "no"
    NOT_CHECKED = "not checked"
    NOT_NEEDED = "–"  # of identities, which hold at any time of training, and of tests that were not run


@dataclass(frozen=True)
class Convergence:
    """What the control says of one test. effect: after longer training, as the test shows effects; NaN if unknown."""

    converged: Converged
    effect: float = math.nan
    reason: str = ""


WORST_FIRST = (Converged.NO, Converged.NOT_CHECKED, Converged.YES)
NOTES = {Converged.NO: "not converged", Converged.NOT_CHECKED: "convergence not checked"}  # beside a verdict
NOT_NEEDED = Convergence(Converged.NOT_NEEDED)


def convergence(contrast: Contrast, found: Effect | None, study: StudyResults | None) -> Convergence:
    """The effect of all seeds, moved by as much as that of the control's seeds moves, against what it was before.

    It has not converged if it changes its sign, where the claim has a direction, or leaves its 95 % interval; nor if
    the error of one of its variants moves by more than the control's `largest_move`.
    """
    if found is None or contrast.rule == "exact":
        return NOT_NEEDED
    moved = None if study.controls is None else shift(contrast, study)
    if moved is None or moved.empty or len(found.sample) < 2:
        return Convergence(Converged.NOT_CHECKED, reason=_unchecked(study, moved is None))
    after = float(found.sample.mean() + moved.mean())
    reasons = [*_changes(contrast, found, after), *_large(contrast, study)]
    return Convergence(Converged.NO if reasons else Converged.YES, found.shown(after), " and ".join(reasons))


def _unchecked(study: StudyResults, uncovered: bool) -> str:
    if study.controls is None:
        return "the study has no control"
    return "the control lacks its datasets" if uncovered else "too few finite runs"


def _changes(contrast: Contrast, found: Effect, after: float) -> Iterator[str]:
    before = estimate(found.sample)
    if contrast.direction != "none" and before.mean * after < 0:
        yield "its sign changes"
    if not before.low <= after <= before.high:
        yield "it leaves its interval"


def _large(contrast: Contrast, study: StudyResults) -> Iterator[str]:
    """The variants whose error still moves by too much."""
    largest = study.settings.control.largest_move
    if largest is None:
        return
    named, found = {term.variant for term in contrast.terms}, moves(study)
    for row in found[found["variant"].isin(named) & (found["move"].abs() > largest)].itertuples():
        yield f"the error of {row.variant} moves by {signed(row.move)}"
