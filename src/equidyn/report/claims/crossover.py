"""Where a free net overtakes a strict one, and how that level depends on the number of training samples.

For linear nets the excess risk of the strict one is R, the square of what the data break, and that of the free one
V = sigma^2 d / n, the variance of the d weights that the symmetry would tie. So, over levels eps at n samples,

    error_strict^2 - error_free^2 = A eps^2 - B,    crossover eps* = (B / A)^(1/2),

and eps* goes as n^(-1/2) where A is constant and B goes as 1 / n.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from equidyn.core.params.study import Study

FEWEST = 2  # levels at each size, and sizes
Places = Mapping[str, tuple[float, int]]  # dataset -> its level, its number of training samples


def places(study: Study) -> Places:
    """Of the datasets that have both."""
    found = {name: (entry.breaking, entry.own_size) for name, entry in study.datasets.items()}
    return {name: place for name, place in found.items() if None not in place}


def spans(datasets: Places) -> bool:
    """Whether there are levels and sizes enough."""
    counts = pd.DataFrame(datasets.values(), columns=["level", "size"]).groupby("size")["level"].nunique()
    return len(counts) >= FEWEST and bool((counts >= FEWEST).all())


def exponents(gaps: pd.DataFrame, datasets: Places) -> pd.Series:
    """Seed -> slope of log eps* over log n, by least squares; NaN where some size has no finite crossover.

    gaps: error_strict^2 - error_free^2, a row per seed and a column per dataset.
    """
    by_size: dict[int, list[str]] = {}
    for name, (_, size) in sorted(datasets.items(), key=lambda item: item[1][1]):
        by_size.setdefault(size, []).append(name)
    crossed = pd.DataFrame(
        {n: gaps[names].apply(_crossover, axis=1, args=(datasets,)) for n, names in by_size.items()}
    ).dropna()
    slopes = [np.polyfit(np.log(crossed.columns.to_numpy(float)), np.log(row), 1)[0] for row in crossed.to_numpy()]
    return pd.Series(slopes, crossed.index, dtype=float).reindex(gaps.index)


def _crossover(row: pd.Series, datasets: Places) -> float:
    """eps* from the gaps at one size; NaN where A or B is not positive, or a gap is not finite."""
    if not np.isfinite(row).all():
        return np.nan
    squares, gap = np.array([datasets[name][0] ** 2 for name in row.index]), row.mean()
    levels = squares - squares.mean()
    slope = levels @ (row.to_numpy() - gap) / (levels @ levels)  # by hand: exactly 0 of equal gaps, on any processor
    start = gap - slope * squares.mean()
    return float(np.sqrt(-start / slope)) if start < 0 < slope else np.nan
