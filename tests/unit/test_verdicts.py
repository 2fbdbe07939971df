"""The rules from effects to verdicts, on samples whose truth is known."""

import numpy as np
import pytest

from equidyn.report.claims.verdict import Judgement, Leaning, Verdict, combined, judged, leaning
from equidyn.report.statistics import holm

YES, NO, OPEN, NOT_RUN = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE, Verdict.NOT_RUN
CLEAR = [0.50, 0.51, 0.49, 0.50, 0.52]
DOUBTFUL = [0.5, -0.4, 0.3, -0.6, 0.1]


def _verdict(sample: list[float], direction: str, margin: float | None = None) -> Verdict:
    """Of a ledger with this one test."""
    lean = leaning(sample, direction, margin)
    return judged(lean, *holm([lean.p])).verdict


@pytest.mark.parametrize(
    ("sample", "direction", "margin", "verdict"),
    [
        (CLEAR, "greater", None, YES),
        (CLEAR, "less", None, NO),
        ([-value for value in CLEAR], "less", None, YES),
        ([-value for value in CLEAR], "greater", None, NO),
        (DOUBTFUL, "less", None, OPEN),
        (DOUBTFUL, "greater", None, OPEN),
        (CLEAR, "none", 1.0, YES),
        (CLEAR, "none", 0.1, NO),
        ([-value for value in CLEAR], "none", 0.1, NO),
        (CLEAR, "none", 0.5, OPEN),
        (DOUBTFUL, "none", 0.1, OPEN),
    ],
)
def test_one_test(sample, direction, margin, verdict):
    assert _verdict(sample, direction, margin) == verdict


@pytest.mark.parametrize(
    ("value", "direction", "margin", "verdict"),
    [
        (0.0, "less", None, OPEN),
        (0.0, "greater", None, OPEN),
        (-1e-9, "less", None, YES),
        (1e-9, "less", None, NO),
        (0.0, "none", 0.01, YES),
        (0.5, "none", 0.01, NO),
        (0.01, "none", 0.01, OPEN),
    ],
)
def test_seeds_that_agree_exactly(value, direction, margin, verdict):
    assert _verdict([value] * 3, direction, margin) == verdict


def test_the_level_is_for_the_corrected_p():
    lean = Leaning(YES, 0.03)
    assert judged(lean, 0.03) == Judgement(YES)
    assert judged(lean, 0.06).verdict == OPEN
    assert judged(lean, 0.05).verdict == OPEN
    assert "p is not below 0.05 after correction" in judged(lean, 0.06).reason


def test_holm_moves_a_verdict_to_inconclusive():
    sample = [0.5, 0.8, 0.4, 0.9, 0.1, -0.1]  # p = 0.038
    assert _verdict(sample, "greater") == YES
    leanings = [leaning(sample, "greater"), *[leaning(DOUBTFUL, "greater")] * 7]
    corrected = holm([lean.p for lean in leanings])
    assert judged(leanings[0], corrected[0]).verdict == OPEN


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([YES], YES),
        ([YES, YES], YES),
        ([YES, NO], NO),
        ([NO, OPEN, NOT_RUN], NO),
        ([YES, OPEN], OPEN),
        ([YES, NOT_RUN], OPEN),
        ([OPEN, NOT_RUN], OPEN),
        ([NOT_RUN, NOT_RUN], NOT_RUN),
    ],
)
def test_several_tests(verdicts, whole):
    assert combined([Judgement(verdict) for verdict in verdicts]).verdict == whole


def test_reasons_are_kept():
    found = combined(
        [Judgement(YES), Judgement(OPEN, "2 seeds", "fewer than 3 seeds"), Judgement(NOT_RUN, reason="no study x")]
    )
    assert str(found) == "inconclusive (2 seeds)"
    assert found.reason == "1 of 3 tests supported; fewer than 3 seeds; no study x"
    assert combined([Judgement(NO), Judgement(YES)]).reason == "1 of 2 tests contradicted"
    assert str(combined([Judgement(NOT_RUN, reason="no study x")] * 2)) == "not run"
    assert combined([Judgement(NOT_RUN, reason="no study x")] * 2).reason == "no study x"


def test_false_verdicts_are_as_rare_as_promised():
    """Families of eight tests without any effect: at most 5 % of families, within chance, have a verdict that is false.

    Of those with direction none, whose margin lies below the noise, "contradicted" is the false one.
    """
    random = np.random.default_rng(0)
    families = 100
    wrong = sum(_any_false(random.normal(size=(8, 5))) for _ in range(families))
    assert wrong <= 0.05 * families + 2 * np.sqrt(families * 0.05 * 0.95)


def _any_false(samples: np.ndarray) -> bool:
    directions = ["less", "greater", "none", "less"] * 2
    leanings = [
        leaning(sample, direction, 0.01 if direction == "none" else None)
        for sample, direction in zip(samples, directions, strict=True)
    ]
    corrected = holm([lean.p for lean in leanings])
    return any(
        judged(lean, p).verdict in ((NO,) if direction == "none" else (YES, NO))
        for lean, p, direction in zip(leanings, corrected, directions, strict=True)
    )
