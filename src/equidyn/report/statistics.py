"""Means over seeds, comparisons paired over seeds, and how sure either can be.

Of scipy only the special functions, since `scipy.stats` takes a second to load.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit  # the distribution of Student's t, and its quantile

CONFIDENCE = 0.95
FEWEST_SEEDS = 3  # below this, a difference is called inconclusive whatever its interval
_ROUND_OFF = 1e-12  # relative spread below which the values of a sample are one value


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


def over_seeds(values: pd.DataFrame, keys: Sequence[str] = ("dataset", "variant")) -> pd.DataFrame:
    """Estimates of column "value" per group, in the order of first appearance.

    values: columns keys, status, value. Returns columns keys, n, seeds, diverged, mean, sd, low, high; diverged runs
    are counted, and stay out of the mean.
    """
    numbers, diverged = values["value"].to_numpy(dtype=float), (values["status"] == "diverged").to_numpy()
    groups = sorted(values.groupby(list(keys), sort=False).indices.items(), key=lambda item: item[1][0])
    rows = []
    for group, at in groups:
        counts = {"seeds": len(at), "diverged": int(diverged[at].sum())}
        rows.append(dict(zip(keys, group, strict=True)) | vars(estimate(numbers[at[~diverged[at]]])) | counts)
    return pd.DataFrame(rows, columns=[*keys, "n", "seeds", "diverged", "mean", "sd", "low", "high"])


def paired(terms: Sequence[tuple[float, pd.Series]]) -> pd.Series:
    """Sum of weight x value per seed, for the seeds for which every term is finite.

    terms: (weight, values indexed by seed). Runs of one seed share data order and starts where their nets allow it, so
    that what differs between seeds alone cancels.
    """
    weighted = [weight * values for weight, values in terms]
    total = pd.concat(weighted, axis=1).sum(axis=1, skipna=False)
    return total[np.isfinite(total)].sort_index()


def p_value(
    sample: Sequence[float], null: float = 0.0, alternative: Literal["two-sided", "less", "greater"] = "two-sided"
) -> float:
    """p of Student's t-test that the mean of `sample` is `null`, against the alternative.

    With differences paired over seeds it is the paired t-test. NaN for fewer than 2 values, and for a sample without
    spread, which has no t: that seeds agree to the last bit says that they are no sample, not that the mean is known.
    """
    values = np.asarray(sample, dtype=float)
    if not has_spread(values):
        return math.nan
    values, null = values / np.abs(values).max(), null / np.abs(values).max()  # squares stay finite
    t = float(values.mean() - null) / (float(values.std(ddof=1)) / math.sqrt(values.size))
    below, above = float(stdtr(values.size - 1, t)), float(stdtr(values.size - 1, -t))
    return {"less": below, "greater": above, "two-sided": 2 * min(below, above)}[alternative]


def has_spread(sample: Sequence[float]) -> bool:
    """Whether the values are two or more that differ by more than round-off."""
    values = np.asarray(sample, dtype=float)
    return values.size > 1 and bool(np.ptp(values) > _ROUND_OFF * np.abs(values).max())


def p_equivalent(sample: Sequence[float], margin: float) -> float:
    """p of two one-sided tests (Schuirmann 1987): small if the mean is shown to lie within (-margin, margin)."""
    return max(p_value(sample, -margin, "greater"), p_value(sample, margin, "less"))


def p_beyond(sample: Sequence[float], margin: float) -> float:
    """p that is small if the mean is shown to lie outside [-margin, margin], on either side; the twin of the above."""
    return min(1.0, 2 * min(p_value(sample, -margin, "less"), p_value(sample, margin, "greater")))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for their number (Holm 1979): below 0.05 with at most 5 % risk of any false one among them."""
    raw = np.asarray(p_values, dtype=float)
    order = np.argsort(raw, kind="stable")
    adjusted = np.empty_like(raw)
    adjusted[order] = np.maximum.accumulate((raw.size - np.arange(raw.size)) * raw[order])
    return np.minimum(adjusted, 1.0).tolist()
