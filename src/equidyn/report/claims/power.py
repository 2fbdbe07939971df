"""How many seeds would decide a claim, if its effect and its spread are what these seeds say."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import nctdtr, stdtrit  # the noncentral t distribution, and the quantile of Student's t

from equidyn.report.claims.verdict import Verdict
from equidyn.report.statistics import FEWEST_SEEDS

POWER = 0.8
MOST = 10_000  # seeds; beyond, the number is of no use


def seeds_needed(
    sample: Sequence[float], verdict: Verdict, direction: str, matters: float | None, level: float
) -> float:
    """Fewest seeds at which the test concludes `verdict` at `level` with a probability of 80 %; inf beyond MOST.

    The power of the t-test by the noncentral t distribution; of two one-sided tests by its lower bound, the sum of both
    powers minus 1. NaN for a sample without spread.
    """
    values = np.asarray(sample, dtype=float)
    sd = float(values.std(ddof=1)) if values.size > 1 else 0.0
    if not sd:
        return math.nan
    mean = float(values.mean())
    if verdict == Verdict.NO_EFFECT or (direction == "none" and verdict == Verdict.SUPPORTED):
        distances, tail = [(matters - mean) / sd, (matters + mean) / sd], level
    else:
        beyond = abs(mean) - (matters if direction == "none" else 0.0)
        distances, tail = [beyond / sd], level / 2
    return _fewest(distances, tail)


def _power(seeds: int, distances: Sequence[float], tail: float) -> float:
    """Of one-sided t-tests that must all reject, each at `tail`; distances: of mean and null, in deviations."""
    critical = stdtrit(seeds - 1, 1 - tail)
    return 1 - sum(float(nctdtr(seeds - 1, distance * math.sqrt(seeds), critical)) for distance in distances)


def _fewest(distances: Sequence[float], tail: float) -> float:
    """By doubling and bisection, as power grows with seeds; from below, since far beyond what is needed the noncentral
    t distribution has no numbers."""
    if min(distances) <= 0:
        return math.inf
    low, high = FEWEST_SEEDS - 1, FEWEST_SEEDS
    while _power(high, distances, tail) < POWER:
        low, high = high, 2 * high
        if low > MOST:
            return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(middle, distances, tail) >= POWER else (middle, high)
    return high if high <= MOST else math.inf
