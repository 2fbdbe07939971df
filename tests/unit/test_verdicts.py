"""The rules from effects to verdicts, on samples whose truth is known, and by simulation."""

import math

import numpy as np
import pytest

from equidyn.report.claims.power import seeds_needed
from equidyn.report.claims.verdict import (
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
from equidyn.report.statistics import FEWEST_SEEDS, estimate, holm

YES, NO, NONE, OPEN, NOT_RUN = (
    *(Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NO_EFFECT),
    *(Verdict.INCONCLUSIVE, Verdict.NOT_RUN),
)
CLEAR = [0.50, 0.51, 0.49, 0.50, 0.52]
DOUBTFUL = [0.5, -0.4, 0.3, -0.6, 0.1]
TINY = [0.002, -0.001, 0.001, -0.002, 0.0]


def _verdict(sample: list[float], direction: str, matters: float | None = None) -> Verdict:
    """Of a claim with this one test, alone in its family."""
    lean = evidence_of(sample, direction, matters).leaning
    return judged(lean, *holm([lean.p])).verdict


@pytest.mark.parametrize(
    ("sample", "direction", "matters", "verdict"),
    [
        (CLEAR, "greater", None, YES),
        (CLEAR, "greater", 0.1, YES),
        (CLEAR, "less", 0.1, NO),
        ([-value for value in CLEAR], "less", 0.1, YES),
        ([-value for value in CLEAR], "greater", 0.1, NO),
        (CLEAR, "greater", 5.0, NONE),
        (TINY, "less", 0.1, NONE),
        (TINY, "less", None, OPEN),
        (DOUBTFUL, "less", 0.1, OPEN),
        (DOUBTFUL, "greater", 0.1, OPEN),
        (CLEAR, "none", 1.0, YES),
        (CLEAR, "none", 0.1, NO),
        ([-value for value in CLEAR], "none", 0.1, NO),
        (CLEAR, "none", 0.5, OPEN),
        (DOUBTFUL, "none", 0.1, OPEN),
    ],
)
def test_one_test(sample, direction, matters, verdict):
    assert _verdict(sample, direction, matters) == verdict


def test_the_level_is_for_the_corrected_p():
    lean = Leaning(YES, 0.03)
    assert judged(lean, 0.03) == Judgement(YES)
    assert judged(lean, 0.05).verdict == judged(lean, 0.06).verdict == OPEN
    assert judged(lean, 0.06).reason == "leans to supported, p is not below 0.05 after correction"
    assert judged(Leaning(NONE, 0.9), 1.0).reason == "leans to no side, p is not below 0.05 after correction"


def test_a_claim_has_one_p_from_its_primary_tests():
    """Support and no effect need every test; a contradiction needs one, at a price for their number."""
    tests = [Evidence(0.01, 1.0, 0.2), Evidence(0.04, 0.9, 0.3), Evidence(0.02, 1.0, 0.1)]
    assert weighed(tests) == Evidence(0.04, 1.0, 0.3)
    assert weighed(tests).leaning == Leaning(YES, 0.04)
    assert weighed([*tests, Evidence(1.0, 0.001)]).leaning == Leaning(NO, 0.004)
    assert weighed(tests, complete=False) == Evidence(1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("sample", "direction", "matters", "errors", "verdict"),
    [
        ([2.0, 2.0, 2.0], "greater", None, [0, 0, 0], YES),  # no spread, and no p of 0
        ([2.0], "greater", None, [0], YES),
        ([2.0, -1e-9, 2.0], "greater", None, [0, 0, 0], NO),
        ([2.0, -1e-9, 2.0], "greater", None, [0, 1e-8, 0], OPEN),
        ([-2.0, -1.0], "less", None, [0, 0], YES),
        ([1e-8, -1e-8], "none", 1e-6, [0, 0], YES),
        ([1e-8, -1e-5], "none", 1e-6, [0, 0], NO),
        ([0.0, 0.0], "greater", None, [0, 0], OPEN),
        ([1.0, math.nan], "greater", None, [0, 0], OPEN),
    ],
)
def test_identities_and_counterexamples_pass_or_fail(sample, direction, matters, errors, verdict):
    assert passed(sample, direction, matters, errors).verdict == verdict


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
def test_several_parts_without_a_test(verdicts, whole):
    assert combined([Judgement(verdict) for verdict in verdicts]).verdict == whole


def test_reasons_are_kept():
    found = combined([Judgement(YES), Judgement(OPEN, "2 seeds", "few"), Judgement(NOT_RUN, reason="no study x")])
    assert (str(found), found.reason) == ("inconclusive (2 seeds)", "few; no study x")
    assert combined([Judgement(NOT_RUN, reason="no study x")] * 2) == Judgement(NOT_RUN, reason="no study x")


# By simulation: what the rules promise. Chances are compared within three standard errors of the simulated share.
RUNS = 4000


def _share(hits: int, runs: int) -> tuple[float, float]:
    """A simulated chance, and three standard errors of it."""
    share = hits / runs
    return share, 3 * math.sqrt(max(share * (1 - share), 1 / runs) / runs)


@pytest.mark.parametrize("seeds", [3, 8])
@pytest.mark.parametrize("truth", [0.0, 1.0])  # no effect at all, and one that just matters, of either sign
def test_false_verdicts_are_as_rare_as_promised(seeds, truth):
    """Families of six claims, of one to three tests: in at most 5 % of families is any verdict false."""
    random = np.random.default_rng(seeds)
    wrong = sum(_any_false(random, seeds, truth) for _ in range(RUNS // 10))
    share, error = _share(wrong, RUNS // 10)
    assert share <= 0.05 + error


def _any_false(random: np.random.Generator, seeds: int, truth: float) -> bool:
    """Claims that B is greater, of an effect 0 or just the size that matters; the latter's sign alternates."""
    claims = [(truth * (-1) ** number, 1 + number % 3) for number in range(6)]
    leanings = [
        weighed([evidence_of(random.normal(mean, 1.0, seeds), "greater", 1.0) for _ in range(tests)]).leaning
        for mean, tests in claims
    ]
    corrected = holm([lean.p for lean in leanings])
    said = [judged(lean, p).verdict for lean, p in zip(leanings, corrected, strict=True)]
    return any(verdict in _false(mean) for verdict, (mean, _) in zip(said, claims, strict=True))


def _false(mean: float) -> tuple[Verdict, ...]:
    if mean == 0:
        return YES, NO
    return (NO, NONE) if mean > 0 else (YES, NONE)


def test_intervals_hold_the_mean_in_95_of_100_cases():
    random = np.random.default_rng(1)
    found = [estimate(random.normal(size=3)) for _ in range(RUNS)]
    share, error = _share(sum(each.low < 0 < each.high for each in found), RUNS)
    assert abs(share - 0.95) <= max(0.01, error)


@pytest.mark.parametrize(
    ("mean", "direction", "matters", "verdict"),
    [(1.0, "greater", None, YES), (1.0, "less", None, NO), (0.2, "none", 1.0, YES), (2.0, "none", 1.0, NO)],
)
def test_the_seeds_that_are_said_to_decide_do_so_in_80_of_100_cases(mean, direction, matters, verdict):
    """A sample with just the mean and the spread of the truth asks for the seeds; one fewer has less power."""
    sample = mean + np.array([-1.0, 0.0, 1.0])
    seeds = seeds_needed(sample, verdict, direction, matters, 0.05)
    random = np.random.default_rng(2)
    powers = []
    for number in (seeds, seeds - 1):
        hits = sum(_verdict(random.normal(mean, 1.0, number), direction, matters) == verdict for _ in range(RUNS // 4))
        powers.append(_share(hits, RUNS // 4))
    (power, error), (fewer, other) = powers
    assert power + error >= 0.8
    assert fewer - other <= 0.8


def test_seeds_without_end_and_without_spread():
    assert seeds_needed([0.001, -1.0, 1.0], YES, "greater", None, 0.05) == math.inf
    assert math.isnan(seeds_needed([1.0, 1.0, 1.0], YES, "greater", None, 0.05))
    assert seeds_needed(CLEAR, YES, "greater", None, 0.05) == FEWEST_SEEDS
    assert seeds_needed([3.2, 4.1, 4.9, 5.8], YES, "greater", None, 0.006) <= 5  # whatever is known of 10,000 seeds
