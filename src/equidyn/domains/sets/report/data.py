"""Gaussian sets in words: what tells their classes apart, and how often any rule can be right."""

from typing import Any

from equidyn.report.gather import StudyResults
from equidyn.report.numbers import percent, tick
from equidyn.report.sections.data import Check

_SAMPLINGS = {
    "static": "With static sampling every epoch trains on the same sets.",
    "fresh": "With fresh sampling every epoch trains on as many new ones.",
}

CHECKS = {
    "bayes_accuracy": Check("accuracy of the best rule (Bayes limit) [1]"),
    "bayes_threshold": Check("its threshold on the sum of squares [1]"),
    "centred_accuracy": Check("of the best rule about the mean [1]"),
    "by_split.test.bayes_here": Check("of the best rule on the test sets of all blocks [1]"),
}


def words(results: StudyResults) -> list[str]:
    """Paragraphs: the distribution, its limits, its symmetry."""
    checks = next(iter(results.data.values()))["checks"]
    return [_distribution(results), _limits(results.settings.source, checks), _symmetry(results.settings.source)]


def _distribution(results: StudyResults) -> str:
    source, split = results.settings.source, results.settings.source.split
    first, second = source.variances
    stated = "" if source.parameter == "variance" else f" ({_pair(source.spreads)} are their standard deviations)"
    samplings = dict.fromkeys(entry.sampling for entry in results.settings.datasets.values())
    sampled = " ".join(_SAMPLINGS[name] for name in samplings)
    return (
        f"Sets of {source.points} vectors in {source.dimensions} dimensions. All values of a set are independent, "
        f"normally distributed with mean 0 and of one variance: {tick(first)} in half of the sets, {tick(second)} "
        f"in the other half{stated}. Which of the two was it? {sampled} All networks of a seed are tested on "
        f"the same {split.test:,} sets."
    )


def _pair(values: tuple[float, float]) -> str:
    return f"{tick(values[0])} and {tick(values[1])}"


def _limits(source: Any, checks: dict[str, Any]) -> str:
    first, second = source.variances
    if first == second:
        return (
            "Both classes have the same variance, so they are one distribution: no rule can be right more often than "
            "half of the time, and an accuracy above 0.5 is chance."
        )
    centred, freedom = checks["centred_accuracy"], source.dimensions * (source.points - 1)
    return (
        "No rule is right more often than a threshold on the sum of all squares (the Bayes limit): in "
        f"{percent(checks['bayes_accuracy'])} of new sets, exactly, from the chi-square distribution with "
        f"{source.points * source.dimensions} degrees of freedom. A rule that sees only variances about the mean of a "
        f"set's own vectors, as the sample variance is, can be right in {percent(centred)} ({freedom} degrees)."
    )


def _symmetry(source: Any) -> str:
    return (
        f"Neither class changes under a permutation of the vectors (S_{source.points}) or of their components "
        f"(S_{source.dimensions}): the data is symmetric as a distribution, exactly. No set is stored in two orders, "
        "so an equivariance error of the data is not defined."
    )
