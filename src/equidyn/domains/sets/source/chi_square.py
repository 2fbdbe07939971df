"""How often any rule can tell two variances apart from so many independent Gaussian values of mean 0.

By the lemma of Neyman and Pearson no rule is right more often than the one that compares the likelihoods of the two
classes, here equally frequent. Both depend on the values through the sum S of their squares alone, and
    log p_large - log p_small = S (1 / small - 1 / large) / 2 - count log(large / small) / 2
grows with S: the best rule puts a threshold on S. S over the variance is chi-square distributed with `count` degrees of
freedom, and so the accuracy of the rule follows.
"""

import math

import numpy as np
from scipy.special import chdtr

Variances = tuple[float, float]  # of the first class and of the second, both positive


def sums_of_squares(inputs: np.ndarray) -> np.ndarray:
    """(sample, ...) -> (sample,) float64, S of each sample."""
    return np.square(inputs, dtype=np.float64).reshape(len(inputs), -1).sum(axis=1)


def bayes_threshold(variances: Variances, count: int) -> float:
    """The S above which the larger variance is the more likely one; for equal variances its limit, count * variance."""
    small, large = sorted(variances)
    excess = large / small - 1
    return count * large * (math.log1p(excess) / excess if excess else 1.0)


def bayes_accuracy(variances: Variances, count: int) -> float:
    """Accuracy of the best rule, in [0.5, 1]; 0.5 for equal variances or no values at all."""
    if count == 0:
        return 0.5
    small, large = sorted(variances)
    threshold = bayes_threshold(variances, count)
    return float(0.5 + (chdtr(count, threshold / small) - chdtr(count, threshold / large)) / 2)


def centred_accuracy(variances: Variances, points: int, dimensions: int) -> float:
    """Accuracy of the best rule that sees only differences of a set's vectors, not their mean.

    The squares about the mean of `points` vectors have `dimensions` degrees of freedom fewer. This bounds every rule
    that looks at variances about the sample's own mean.
    """
    return bayes_accuracy(variances, dimensions * (points - 1))


def bayes_labels(sums: np.ndarray, variances: Variances, count: int) -> np.ndarray:
    """What the best rule answers to each S, (sample,) int64; with equal variances 0 above the threshold, else 1."""
    above = 0 if variances[0] >= variances[1] else 1
    return np.where(sums > bayes_threshold(variances, count), above, 1 - above)


def best_threshold(statistic: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The threshold on a statistic that tells the classes 0 and 1 apart best in a sample, and its accuracy there.

    statistic: (sample,), finite; labels: (sample,). Either class may be the one above the threshold. Of thresholds that
    do equally well the lowest is taken; each lies midway between two values, or at the largest, with none above it.
    Raises ValueError if there is no sample, or a value is not finite.
    """
    if not len(statistic) or not np.isfinite(statistic).all():
        raise ValueError("best_threshold: needs at least one value, and finite ones only")
    order = np.argsort(statistic)
    values, ones = np.asarray(statistic, dtype=np.float64)[order], np.cumsum(labels[order])
    ends = np.flatnonzero(np.append(np.diff(values) > 0, True))  # the last of each run of equal values
    below = ends + 1 - ones[ends]  # zeros at or below the threshold
    right = below + ones[-1] - ones[ends]  # right answers if ones are above
    right = np.maximum(right, len(values) - right)
    best = int(np.argmax(right))
    return _between(values, ends[best]), float(right[best] / len(values))


def _between(values: np.ndarray, index: int) -> float:
    """Midway from ascending values[index] to the next one, but below that; the value itself if it is the last."""
    lower, upper = values[index], values[min(index + 1, len(values) - 1)]
    middle = lower / 2 + upper / 2
    return float(middle if lower <= middle < upper else lower)
