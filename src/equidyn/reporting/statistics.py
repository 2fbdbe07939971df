"""Means over seeds and their intervals."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # the quantile of Student's t; scipy.stats has it too, and takes a second to load

CONFIDENCE = 0.95
FEWEST_SEEDS = 3  # below this, a difference is called inconclusive whatever its intervals


@dataclass(frozen=True)
class Estimate:
    """Mean of n finite runs, with its sample standard deviation and interval [low, high]; NaN where undefined."""

    n: int
    mean: float
    sd: float
    low: float
    high: float


def estimate(values: Iterable[float]) -> Estimate:
    """95 % interval of the mean by Student's t with n - 1 degrees of freedom; needs n >= 2, else it is NaN."""
    finite = np.asarray([value for value in values if math.isfinite(value)], dtype=float)
    mean = float(finite.mean()) if finite.size else math.nan
    if finite.size < 2:
        return Estimate(finite.size, mean, math.nan, math.nan, math.nan)
    sd = float(finite.std(ddof=1))
    half = float(stdtrit(finite.size - 1, (1 + CONFIDENCE) / 2)) * sd / math.sqrt(finite.size)
    return Estimate(finite.size, mean, sd, mean - half, mean + half)


def distinct(one: Estimate, other: Estimate) -> bool:
    """Whether two means can be told apart: enough seeds, and intervals that do not overlap."""
    enough = min(one.n, other.n) >= FEWEST_SEEDS
    return enough and (one.high < other.low or other.high < one.low)


def over_seeds(values: pd.DataFrame, keys: Sequence[str] = ("dataset", "variant")) -> pd.DataFrame:
    """Estimates of column "value" per group, in the order of first appearance.

    values: columns keys, status, value. Returns columns keys, n, seeds, diverged, mean, sd, low, high; diverged runs
    are counted, and stay out of the mean.
    """
    rows = []
    for group, part in values.groupby(list(keys), sort=False):
        finite = part[part["status"] != "diverged"]
        counts = {"seeds": len(part), "diverged": int((part["status"] == "diverged").sum())}
        rows.append(dict(zip(keys, group, strict=True)) | vars(estimate(finite["value"])) | counts)
    return pd.DataFrame(rows, columns=[*keys, "n", "seeds", "diverged", "mean", "sd", "low", "high"])


def of_row(row: pd.Series) -> Estimate:
    """The Estimate in a row of `over_seeds`."""
    return Estimate(int(row["n"]), *(float(row[key]) for key in ("mean", "sd", "low", "high")))
