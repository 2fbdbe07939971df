"""How well two variances can be told apart: against closed forms, integrals, simulations and brute force."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi2, norm

from equidyn.domains.sets.source.chi_square import (
    bayes_accuracy,
    bayes_labels,
    bayes_threshold,
    best_threshold,
    centred_accuracy,
    sums_of_squares,
)
from equidyn.domains.sets.source.gaussian_draws import Draws, draw

CASES = [((1.0, 0.8), 50), ((0.8, 1.0), 50), ((1.0, 0.64), 50), ((0.3, 2.0), 1), ((1.0, 0.97), 3), ((5.0, 4.0), 400)]
CHANCE = [((1.0, 1.0), 50), ((1.0, 1.0 + 1e-9), 50)]


def test_the_figures_of_the_study() -> None:
    """n d = 50 values; 1.0 and 0.8 read as variances, and as standard deviations."""
    assert bayes_accuracy((1.0, 0.8), 50) == pytest.approx(0.7108300066534, abs=1e-12)
    assert bayes_threshold((1.0, 0.8), 50) == pytest.approx(200 * np.log(1.25))
    assert centred_accuracy((1.0, 0.8), 10, 5) == pytest.approx(0.7009356939226, abs=1e-12)
    assert bayes_accuracy((1.0, 0.64), 50) == pytest.approx(0.8666034336096, abs=1e-12)
    assert centred_accuracy((1.0, 0.64), 10, 5) == pytest.approx(0.8538529639213, abs=1e-12)


def test_two_values_have_a_closed_form() -> None:
    """Their sum of squares is exponential: for variances 1 and 2 the threshold is 4 log 2, the accuracy 5/8."""
    assert bayes_threshold((1.0, 2.0), 2) == pytest.approx(4 * np.log(2))
    assert bayes_accuracy((1.0, 2.0), 2) == pytest.approx(5 / 8)


@pytest.mark.parametrize(("variances", "count"), CASES)
def test_the_accuracy_is_the_integral_of_the_larger_density(variances: tuple[float, float], count: int) -> None:
    def larger(value: float) -> float:
        return max(chi2.pdf(value, count, scale=variance) for variance in variances) / 2

    threshold = bayes_threshold(variances, count)
    parts = [quad(larger, *ends, limit=200)[0] for ends in ((0, threshold), (threshold, 20 * threshold + 40))]
    assert bayes_accuracy(variances, count) == pytest.approx(sum(parts), abs=1e-6)


@pytest.mark.parametrize(("variances", "count"), CASES + CHANCE)
def test_a_million_sets_agree(variances: tuple[float, float], count: int) -> None:
    dice, half = np.random.default_rng(count), 500_000
    sums = np.concatenate([variance * dice.chisquare(count, half) for variance in variances])
    right = (bayes_labels(sums, variances, count) == np.repeat([0, 1], half)).mean()
    expected = bayes_accuracy(variances, count)
    assert abs(right - expected) < 4 * np.sqrt(expected * (1 - expected) / sums.size)


@pytest.mark.parametrize("variances", [(1.0, 0.8), (0.8, 1.0), (1.0, 0.64)])
def test_the_threshold_decides_as_the_likelihoods_do(variances: tuple[float, float]) -> None:
    first, second = np.sqrt(variances)
    sets, labels = draw(Draws(10, 5, (first, second), 0), (0,), 20_000)
    values = sets.astype(np.float64)
    likelihood = np.stack([norm.logpdf(values, scale=scale).sum(axis=(1, 2)) for scale in (first, second)])
    predictions = bayes_labels(sums_of_squares(sets), variances, 50)
    np.testing.assert_array_equal(predictions, likelihood.argmax(axis=0))
    expected = bayes_accuracy(variances, 50)
    assert abs((predictions == labels).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / len(labels))


def test_the_limit_of_rules_that_do_not_see_the_mean() -> None:
    """Squares about the mean of a set's vectors, wherever that lies."""
    sets, labels = draw(Draws(10, 5, (1.0, np.sqrt(0.8)), 1), (0,), 100_000)
    moved = sets.astype(np.float64) + np.random.default_rng(0).uniform(-3, 3, size=(100_000, 1, 5))
    sums = sums_of_squares(moved - moved.mean(axis=1, keepdims=True))
    right, expected = (bayes_labels(sums, (1.0, 0.8), 45) == labels).mean(), centred_accuracy((1.0, 0.8), 10, 5)
    assert abs(right - expected) < 4 * np.sqrt(expected * (1 - expected) / len(labels))
    assert centred_accuracy((1.0, 0.1), 1, 5) == 0.5  # one vector is its own mean


def test_only_the_ratio_of_the_variances_counts() -> None:
    assert bayes_accuracy((3e-9, 2.4e-9), 50) == pytest.approx(bayes_accuracy((0.8, 1.0), 50))
    assert bayes_threshold((10.0, 8.0), 50) == pytest.approx(10 * bayes_threshold((0.8, 1.0), 50))


def test_more_values_tell_more() -> None:
    accuracies = [bayes_accuracy((1.0, 0.8), count) for count in (0, 1, 5, 50, 500, 5000)]
    assert accuracies[0] == 0.5 and np.all(np.diff(accuracies) > 0) and accuracies[-1] > 0.9999


@pytest.mark.parametrize("variance", [0.3, 1.0, 7.0])
def test_equal_variances_leave_chance(variance: float) -> None:
    assert bayes_accuracy((variance, variance), 50) == 0.5
    assert bayes_threshold((variance, variance), 50) == pytest.approx(50 * variance)
    assert bayes_threshold((variance, variance * (1 + 1e-9)), 50) == pytest.approx(50 * variance, rel=1e-8)


def accuracy_at(threshold: float, statistic: np.ndarray, labels: np.ndarray) -> float:
    """Whichever class is the one above."""
    right = ((statistic > threshold) == (labels == 1)).mean()
    return max(right, 1 - right)


@pytest.mark.parametrize("seed", range(40))
def test_the_best_threshold_against_brute_force(seed: int) -> None:
    dice = np.random.default_rng(seed)
    size = dice.integers(1, 30)
    statistic, labels = dice.normal(size=size).round(seed % 3), dice.integers(0, 2, size)  # rounded: many ties
    best = max(accuracy_at(value, statistic, labels) for value in statistic)
    threshold, accuracy = best_threshold(statistic, labels)
    assert accuracy == pytest.approx(best)
    assert accuracy_at(threshold, statistic, labels) == pytest.approx(best)
    assert statistic.min() <= threshold <= statistic.max()


def test_the_best_threshold_lies_between() -> None:
    assert best_threshold(np.array([3.0, 1.0, 2.0, 6.0]), np.array([0, 1, 1, 0])) == (2.5, 1.0)
    assert best_threshold(np.array([3.0, 1.0, 2.0, 6.0]), np.array([1, 0, 0, 1])) == (2.5, 1.0)
    assert best_threshold(np.array([1.0, 1.0]), np.array([0, 1])) == (1.0, 0.5)
    neighbours = np.array([1.0, np.nextafter(1.0, 2)])
    assert best_threshold(neighbours, np.array([0, 1])) == (1.0, 1.0)


def test_the_best_threshold_of_a_large_sample_is_about_the_limit() -> None:
    sets, labels = draw(Draws(10, 5, (1.0, np.sqrt(0.8)), 2), (0,), 100_000)
    sums = sums_of_squares(sets)
    threshold, accuracy = best_threshold(sums, labels)
    assert accuracy >= (bayes_labels(sums, (1.0, 0.8), 50) == labels).mean()
    assert threshold == pytest.approx(bayes_threshold((1.0, 0.8), 50), abs=2)


@pytest.mark.parametrize("statistic", [[], [1.0, np.nan], [np.inf, 0.0]])
def test_the_best_threshold_needs_numbers(statistic: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one value, and finite ones only"):
        best_threshold(np.array(statistic), np.zeros(len(statistic), dtype=int))
