"""Means, intervals and p-values against known values, and which differences may be called differences."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from equidyn.report.ranking import HIGHER, findings
from equidyn.report.statistics import estimate, has_spread, holm, over_seeds, p_beyond, p_equivalent, p_value, paired

NAN = float("nan")


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
    single = estimate([0.5, NAN, float("inf")])
    assert (single.n, single.mean) == (1, 0.5)
    assert math.isnan(single.low) and math.isnan(single.high)
    assert math.isnan(estimate([]).mean)


def test_pairing_removes_what_seeds_share_and_drops_seeds_that_are_not_finite_in_both():
    seeds = pd.Series({1: 10.0, 2: -3.0, 3: 7.0, 4: 0.0})
    one = seeds + pd.Series({1: 1.0, 2: 2.0, 3: 3.0, 4: NAN})
    other = seeds.drop(3)
    assert paired([(1.0, one), (-1.0, other)]).to_dict() == {1: 1.0, 2: 2.0}
    assert paired([(0.5, one), (0.5, one)]).to_dict() == one.dropna().to_dict()


def test_p_of_three_differences_has_a_closed_form():
    values = [0.1, 0.2, 0.4]
    t = np.mean(values) / (np.std(values, ddof=1) / math.sqrt(3))
    exact = 1 - t / math.sqrt(2 + t**2)  # Student's t with 2 degrees of freedom
    assert p_value(values) == pytest.approx(exact, rel=1e-10)
    assert p_value(values, 0.0, "greater") == pytest.approx(exact / 2, rel=1e-10)
    assert p_value(values, 0.0, "less") == pytest.approx(1 - exact / 2, rel=1e-10)
    assert p_value([-value for value in values]) == pytest.approx(exact, rel=1e-10)
    assert math.isnan(p_value([1.0]))


@pytest.mark.parametrize("sample", [[0.0] * 3, [0.1] * 3, [0.1 + 0.2, 0.3, 0.3]])
def test_a_sample_without_spread_but_for_round_off_has_no_p(sample):
    assert math.isnan(p_value(sample))
    assert not has_spread(sample)


@pytest.mark.parametrize("unit", [1e-300, 1e-9, 1e300])
def test_p_does_not_depend_on_the_unit(unit):
    assert p_value([1.0 * unit, 1.1 * unit, 1.3 * unit], 0.9 * unit) == pytest.approx(p_value([1.0, 1.1, 1.3], 0.9))


def test_equivalence_is_two_one_sided_tests():
    values = [0.01, -0.02, 0.03, 0.0]
    error = stats.sem(values)
    upper = stats.t.cdf((np.mean(values) - 0.1) / error, 3)
    lower = stats.t.sf((np.mean(values) + 0.1) / error, 3)
    assert p_equivalent(values, 0.1) == pytest.approx(max(upper, lower), rel=1e-10)
    assert p_beyond(values, 0.1) == 1.0


def test_beyond_a_margin_on_either_side():
    values = [0.51, 0.49, 0.52]
    error = stats.sem(values)
    expected = 2 * stats.t.sf((np.mean(values) - 0.1) / error, 2)
    assert p_beyond(values, 0.1) == pytest.approx(expected, rel=1e-10)
    assert p_beyond([-value for value in values], 0.1) == pytest.approx(expected, rel=1e-10)
    assert p_equivalent(values, 0.1) > 0.99


@pytest.mark.parametrize(
    ("raw", "adjusted"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.02], [0.02]),
        ([], []),
        ([0.6, 0.7], [1.0, 1.0]),
        ([0.0, 0.0, 0.02], [0.0, 0.0, 0.02]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
    ],
)
def test_holm(raw, adjusted):
    assert holm(raw) == pytest.approx(adjusted, rel=1e-12)


def _values(**variants: list[float]) -> pd.DataFrame:
    rows = [
        {"dataset": "d", "variant": variant, "seed": seed, "status": "completed", "value": value}
        for variant, values in variants.items()
        for seed, value in enumerate(values, start=1)
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
        ({"cnn": [1.0, 1.2, 1.4], "gcnn": [1.0, 1.1, 1.2]}, False, "cnn may be as good over the same seeds"),
        ({"cnn": [2.0, 2.1], "gcnn": [1.0, 1.1, 1.2]}, False, "no other variant shares 3 finite seeds with it"),
        ({"cnn": [2.0], "gcnn": [1.0]}, False, "no other variant shares 3 finite seeds with it"),
        ({"cnn": [2.0, 2.1, 2.2]}, True, "cnn has no rival: error"),
        ({"cnn": [NAN]}, True, "no run ended finite"),
    ],
)
def test_summary_says_what_the_seeds_allow(variants, conclusive, said):
    (sentence,) = findings(_values(**variants), {"d": "level 0"}, "error")
    assert sentence.startswith("At level 0, ")
    assert said in sentence
    assert any(doubt in sentence for doubt in ("may be as good", "no other variant shares")) is not conclusive


def test_variants_are_compared_over_the_same_seeds():
    """Intervals overlap widely, but one variant is worse by the same at every seed; the other only by chance."""
    values = _values(best=[1.0, 2.0, 3.0], worse=[1.1, 2.11, 3.1], chance=[3.0, 1.1, 2.2])
    (sentence,) = findings(values, {"d": "level 0"}, "error")
    assert sentence.endswith("; chance may be as good over the same seeds; clearly higher: worse.")


def test_a_diverged_run_takes_its_pair_away():
    values = _values(best=[1.0, 1.0, 1.0], other=[2.0, 2.1, 2.2])
    values.loc[values.query("variant == 'best' and seed == 2").index, "status"] = "diverged"
    (sentence,) = findings(values, {"d": "level 0"}, "error")
    assert "no other variant shares 3 finite seeds with it" in sentence


def test_a_tie_at_the_top_does_not_hide_who_is_clearly_worse():
    values = _values(first=[1.0, 1.1, 1.2], near=[1.1, 1.0, 1.3], few=[1.2, 1.3], far=[9.0, 9.1, 9.2])
    (sentence,) = findings(values, {"d": "level 0"}, "error")
    assert "few shares fewer than 3 finite seeds with it; clearly higher: far." in sentence


def test_a_sentence_stays_short_with_many_variants():
    values = _values(best=[1.0, 1.1, 1.2], **{f"v{index}": [2.0 + index] * 3 for index in range(11)})
    (sentence,) = findings(values, {"d": "level 0"}, "error")
    assert sentence.endswith("clearly below v0, v1, v2 and 8 others.")


def test_where_more_is_better_the_highest_is_best():
    values = _values(a=[0.7, 0.71, 0.69], b=[0.6, 0.61, 0.59], c=[0.5, 0.51, 0.49])
    (sentence,) = findings(values, {"d": "Trained on sets"}, "accuracy", better=HIGHER, place="")
    assert sentence.startswith("Trained on sets, a has the highest accuracy (0.700")
    assert sentence.endswith("clearly above b and c.")
    (doubt,) = findings(
        _values(a=[0.7, 0.8, 0.75], b=[0.6, 0.9, 0.7], c=[0.1, 0.2, 0.15]), {"d": "X"}, "accuracy", better=HIGHER
    )
    assert "At X, a has the highest accuracy" in doubt and doubt.endswith("; clearly lower: c.")
