"""How classifiers compare with the best rule there is, on the very same test sets."""

import math

import pandas as pd
from scipy.special import ndtri

from equidyn.report.gather import StudyResults
from equidyn.report.statistics import CONFIDENCE, estimate


def beside_bayes(results: StudyResults) -> pd.DataFrame:
    """dataset, variant, n, mean, low, high: accuracy less that of the best rule, over runs that did not diverge.

    The interval (95 %) adds, as squares, the spread over seeds, by Student's t, and the standard error by the choice of
    the test sets, by the normal distribution: the root mean square of those of the runs, as all are tested on the same
    sets. With one seed it has the second alone. Empty if not measured.
    """
    keys = ["dataset", "variant"]
    gains, errors = (results.quantity("accuracy", f"above_bayes{part}") for part in ("", "_error"))
    both = gains.assign(error=errors["value"].to_numpy())
    sound = both[both["status"] != "diverged"]
    rows = [
        [*case, len(part), *_interval(part["value"], part["error"])] for case, part in sound.groupby(keys, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*keys, "n", "mean", "low", "high"])


def _interval(gains: pd.Series, errors: pd.Series) -> tuple[float, float, float]:
    """Mean and both ends; one gain and one standard error per run."""
    seeds = estimate(gains)
    of_seeds = seeds.high - seeds.mean if seeds.n > 1 else 0.0
    of_sets = float(ndtri((1 + CONFIDENCE) / 2)) * math.sqrt(errors.pow(2).mean())
    half = math.hypot(of_seeds, of_sets)
    return seeds.mean, seeds.mean - half, seeds.mean + half
