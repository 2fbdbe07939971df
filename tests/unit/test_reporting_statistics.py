"""Means and intervals against known values, and which differences may be called differences."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from equidyn.reporting.ranking import findings
from equidyn.reporting.statistics import Estimate, distinct, estimate, over_seeds


def test_interval_of_one_two_three():
    found = estimate([1.0, 2.0, 3.0])
    # With 2 degrees of freedom the quantile has a closed form, (2 p - 1) sqrt(2 / (4 p (1 - p))); s = 1.
    half = 0.95 * math.sqrt(2 / (4 * 0.975 * 0.025)) / math.sqrt(3)
    assert (found.n, found.mean, found.sd) == (3, 2.0, 1.0)
    assert found.low == pytest.approx(2 - half, rel=1e-12)
    assert found.high == pytest.approx(2 + half, rel=1e-12)


@pytest.mark.parametrize("size", [2, 3, 5, 30])
def test_interval_is_scipys(size):
    values = np.random.default_rng(size).normal(size=size)
    found = estimate(values)
    assert (found.low, found.high) == pytest.approx(
        stats.t.interval(0.95, size - 1, loc=values.mean(), scale=stats.sem(values)), rel=1e-12
    )


def test_one_value_has_no_interval_and_none_has_no_mean():
    single = estimate([0.5, float("nan"), float("inf")])
    assert (single.n, single.mean) == (1, 0.5)
    assert math.isnan(single.low) and math.isnan(single.high)
    assert math.isnan(estimate([]).mean)


def test_distinct_needs_seeds_and_a_gap():
    low, high = Estimate(3, 1.0, 0.1, 0.9, 1.1), Estimate(3, 2.0, 0.1, 1.9, 2.1)
    assert distinct(low, high) and distinct(high, low)
    assert not distinct(low, Estimate(3, 1.15, 0.1, 1.05, 1.25))
    assert not distinct(low, Estimate(2, 2.0, 0.1, 1.9, 2.1))
    assert not distinct(estimate([1.0]), estimate([2.0]))


def _values(**variants: list[float]) -> pd.DataFrame:
    rows = [
        {"dataset": "d", "variant": variant, "status": "completed", "value": value}
        for variant, values in variants.items()
        for value in values
    ]
    return pd.DataFrame(rows)


def test_diverged_runs_are_counted_and_left_out_of_the_mean():
    values = _values(cnn=[1.0, 3.0, 99.0])
    values.loc[2, "status"] = "diverged"
    row = over_seeds(values).iloc[0]
    assert (row["n"], row["seeds"], row["diverged"], row["mean"]) == (2, 3, 1, 2.0)


@pytest.mark.parametrize(
    ("variants", "conclusive", "said"),
    [
        ({"cnn": [2.0, 2.1, 2.2], "gcnn": [1.0, 1.1, 1.2]}, True, "gcnn has the lowest error"),
        ({"cnn": [1.0, 1.2, 1.4], "gcnn": [1.0, 1.1, 1.2]}, False, "but its interval overlaps that of cnn"),
        ({"cnn": [2.0, 2.1], "gcnn": [1.0, 1.1, 1.2]}, False, "but cnn has fewer than 3 finite seeds"),
        ({"cnn": [2.0], "gcnn": [1.0]}, False, "but no variant has 3 finite seeds"),
        ({"cnn": [2.0, 2.1, 2.2]}, True, "no other finite variant"),
        ({"cnn": [float("nan")]}, True, "no run ended finite"),
    ],
)
def test_summary_says_what_the_seeds_allow(variants, conclusive, said):
    (sentence,) = findings(over_seeds(_values(**variants)), {"d": "level 0"}, "error")
    assert sentence.startswith("At level 0, ")
    assert said in sentence
    assert ("inconclusive" in sentence) is not conclusive


def test_a_tie_at_the_top_does_not_hide_who_is_clearly_worse() -> None:
    values = _values(first=[1.0, 1.1, 1.2], near=[1.1, 1.2, 1.3], far=[9.0, 9.1, 9.2])
    (sentence,) = findings(over_seeds(values), {"d": "level 0"}, "error")
    tie, _, rest = sentence.partition("Clearly higher: ")
    assert "first has the lowest error" in tie and "overlaps that of near: inconclusive between these" in tie
    assert rest.startswith("far (") and "near" not in rest
