"""What is measured of a set of Gaussian sets while it is made, and how far any rule can get on it."""

from typing import Any

import numpy as np
from scipy.special import chdtr, chdtrc, kolmogorov, ndtri

from equidyn.core.data.labelled import Labelled
from equidyn.core.errors import EquidynError
from equidyn.domains.sets.source import chi_square

BOUND = 6.0  # standard errors; a right sampler is off by more in two of 10^9 cases
_LEARNABLE = "the classes differ in variance"
_HOPELESS = "both classes have one and the same variance: no rule can be right more often than half of the time"


def measure(made: Labelled, variances: chi_square.Variances, name: str) -> dict[str, Any]:
    """The limits of every rule, and per split how its two classes are distributed. `name` is STUDY/DATASET.

    `equivariance` is None: sets have a symmetry in distribution only, see the card. Raises EquidynError if a mean or a
    variance is off by more than BOUND standard errors.
    """
    _, points, dimensions = made.inputs.shape
    count = points * dimensions
    return {
        "equivariance": None,
        "classes": _LEARNABLE if variances[0] != variances[1] else _HOPELESS,
        "variances": list(variances),
        "bayes_accuracy": chi_square.bayes_accuracy(variances, count),
        "bayes_threshold": chi_square.bayes_threshold(variances, count),
        "centred_accuracy": chi_square.centred_accuracy(variances, points, dimensions),
        "by_split": {split: _of_split(made, split, variances, name) for split in made.splits},
    }


def _of_split(made: Labelled, split: str, variances: chi_square.Variances, name: str) -> dict[str, Any]:
    """Accuracy of the best rule on just these sets; and its two classes."""
    inputs, labels = made.of(split)
    sums, count = chi_square.sums_of_squares(inputs), inputs[0].size
    predictions = chi_square.bayes_labels(sums, variances, count)
    classes = [of_class(inputs[labels == label], variance) for label, variance in enumerate(variances)]
    for label, found in enumerate(classes):
        _refuse(found, f"{name}: class {label} of the split {split}")
    return {"bayes_here": float((predictions == labels).mean()), "classes": classes}


def of_class(inputs: np.ndarray, variance: float) -> dict[str, Any]:
    """Sets, mean and variance (about 0) of the values of one class, (set, points, dimensions), all of this variance.

    mean_off, variance_off: how far they are off, in standard errors; that of the variance is the normal deviate that is
    as rare as its chi-square distributed sum of squares. ks, ks_p: largest distance between the distribution function
    of the sets' sums of squares and that of chi-square, and how often chance makes it as large (Kolmogorov, Smirnov).
    """
    values = inputs.astype(np.float64)
    sums = chi_square.sums_of_squares(values) / variance
    distance, chance = _kolmogorov_smirnov(chdtr(inputs[0].size, sums))
    return {
        "sets": len(inputs),
        "mean": float(values.mean()),
        "mean_off": float(values.mean() * np.sqrt(values.size / variance)),
        "variance": float(np.square(values).mean()),
        "variance_off": _normal_deviate(float(sums.sum()), values.size),
        "ks": distance,
        "ks_p": chance,
    }


def _normal_deviate(chi_square_value: float, freedom: int) -> float:
    """The value of a standard normal variable that is as rare; computed from the nearer tail, for its digits' sake."""
    upper = chi_square_value > freedom
    tail = chdtrc(freedom, chi_square_value) if upper else chdtr(freedom, chi_square_value)
    return float(ndtri(tail)) * (-1 if upper else 1)


def _kolmogorov_smirnov(probabilities: np.ndarray) -> tuple[float, float]:
    """Distance from the uniform distribution on [0, 1], and the chance of one as large (Stephens 1970, from 5 on)."""
    count, ascending = len(probabilities), np.sort(probabilities)
    above, below = np.arange(1, count + 1) / count - ascending, ascending - np.arange(count) / count
    distance = float(max(above.max(), below.max()))
    return distance, float(kolmogorov((np.sqrt(count) + 0.12 + 0.11 / np.sqrt(count)) * distance))


def _refuse(found: dict[str, Any], what: str) -> None:
    for moment in ("mean", "variance"):
        off = found[f"{moment}_off"]
        if not abs(off) <= BOUND:  # also where it is no number
            raise EquidynError(
                f"{what}: its {moment} is {found[moment]:.4g}, {off:+.1f} standard errors off, and {BOUND:g} are "
                "allowed. Chance does not do that: please report it, with the versions of your packages"
            )
