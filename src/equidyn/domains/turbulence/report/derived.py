"""Numbers that follow from the measures of turbulence."""

import math

import numpy as np
import pandas as pd

from equidyn.core.measures.quantities import Quantity
from equidyn.report.declared import Derived
from equidyn.report.gather import StudyResults

_TRUSTED = 0.5  # correlation from which on a scale counts as found
_CELL = ["dataset", "variant", "seed", "status"]


def reach(results: StudyResults) -> pd.DataFrame:
    """dataset, variant, seed, status, value: up to which wavenumber the correlation with the truth is at least one
    half, per run; NaN if it never is."""
    curves = results.along("spectrum", "wavenumber", "correlation").sort_values("x", kind="stable")
    rows = [[*key, _reach(run["x"].to_numpy(), run["y"].to_numpy())] for key, run in curves.groupby(_CELL, sort=False)]
    return pd.DataFrame(rows, columns=[*_CELL, "value"])


def _reach(at: np.ndarray, correlation: np.ndarray) -> float:
    """Where the correlation first falls short, on a straight line between two wavenumbers; the last if it never is."""
    short = np.flatnonzero(~(correlation >= _TRUSTED))
    if not len(short):
        return float(at[-1])
    first = int(short[0])
    if first == 0:
        return math.nan
    if not np.isfinite(correlation[first]):
        return float(at[first - 1])
    share = (correlation[first - 1] - _TRUSTED) / (correlation[first - 1] - correlation[first])
    return float(at[first - 1] + share * (at[first] - at[first - 1]))


DERIVED = {"spectrum": (Derived(Quantity("reach", "correlation ≥ 0.5 up to k", "1", "higher", headline=True), reach),)}
