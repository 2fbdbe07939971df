"""Whether a classifier seems better than the best rule there is, which would be by chance or by mistake."""

import pandas as pd
from scipy.special import ndtri

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import interval
from equidyn.report.sections.section import Section
from equidyn.report.statistics import CONFIDENCE, estimate
from equidyn.report.tables import Table, wide

TITLE = "Beside the Bayes rule"
_WORDS = (
    "Accuracy less that of the Bayes rule on the same test sets. Both err on the same hard sets, so their difference "
    "is known better than either. The 95 % interval is over seeds, each of which has test sets of its own; of one seed "
    "it has the standard error by the choice of these. No rule can be above 0 in the long run."
)


def section(results: StudyResults) -> Section | None:
    """One difference per dataset and variant."""
    frame = beside_bayes(results)
    if frame.empty:
        return None
    above = int((frame["low"] > 0).sum())
    view = wide(frame, frame.apply(_text, axis=1), level_labels(results.settings))
    table = Table(f"{results.name}--bayes", "Percentage points above the Bayes rule.", frame, view)
    return Section(TITLE, [f"{_WORDS} Above 0 beyond the interval: {above} of {len(frame)}."], tables=[table])


def beside_bayes(results: StudyResults) -> pd.DataFrame:
    """dataset, variant, n, mean, low, high: over runs that did not diverge.

    Each seed is tested on sets of its own, so that their choice is in the spread over seeds; with one seed the interval
    has the standard error of its run. Empty if not measured.
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
    half = seeds.high - seeds.mean if seeds.n > 1 else float(ndtri((1 + CONFIDENCE) / 2)) * errors.iloc[0]
    return seeds.mean, seeds.mean - half, seeds.mean + half


def _text(row: pd.Series) -> str:
    return interval(100 * row["mean"], 100 * (row["high"] - row["mean"]))
