"""How a classifier's answers compare with those of the best rule there is, on the very same test sets.

Both err on the same hard sets, so that their difference is known much better than either accuracy.
"""

import math

import numpy as np
import pandas as pd
from scipy.special import ndtri

from equidyn.core.params.study import Cell
from equidyn.domains.sets.source.chi_square import bayes_labels, sums_of_squares
from equidyn.domains.sets.source.gaussian import draws_of
from equidyn.domains.sets.source.gaussian_draws import SPLIT_STREAMS, draw
from equidyn.report.cells import read_answers
from equidyn.report.gather import StudyResults
from equidyn.report.statistics import CONFIDENCE, estimate

_DIGITS = 1e-6  # within which two shares of the same sets agree


def beside_bayes(results: StudyResults) -> pd.DataFrame:
    """dataset, variant, n, mean, low, high: accuracy minus that of the best rule, over runs that did not diverge.

    The interval (95 %) has the spread of the seeds, by Student's t, and that of the test sets, by the normal
    distribution, added as squares; of one seed it has the second alone. Empty where the test sets cannot be drawn again
    as they were, or the study has no best rule.
    """
    columns = ["dataset", "variant", "n", "mean", "low", "high"]
    by_bayes = _right_by_bayes(results)
    if by_bayes is None:
        return pd.DataFrame(columns=columns)
    sound = results.runs[results.runs["status"] != "diverged"]
    rows = [
        [dataset, variant, len(part), *_difference(_right(results.name, part), by_bayes)]
        for (dataset, variant), part in sound.groupby(["dataset", "variant"], sort=False)
    ]
    return pd.DataFrame(rows, columns=columns)


def _right(study: str, runs: pd.DataFrame) -> np.ndarray:
    """Whether each answer of each run is right, (run, sample)."""
    cells = [Cell(study, run.dataset, run.variant, int(run.seed)) for run in runs.itertuples()]
    return np.stack([read_answers(cell).right for cell in cells])


def _right_by_bayes(results: StudyResults) -> np.ndarray | None:
    """Whether the best rule is right about each test set, (sample,); None if that is not known."""
    source, measured = results.settings.source, results.quantity("accuracy", "bayes_here")["value"]
    if measured.empty:
        return None
    inputs, labels = draw(draws_of(source), (SPLIT_STREAMS[results.tests[0]],), source.split.test)
    answers = bayes_labels(sums_of_squares(inputs), source.variances, source.points * source.dimensions)
    right = answers == labels
    return right if np.allclose(measured, right.mean(), rtol=0, atol=_DIGITS) else None


def _difference(right: np.ndarray, by_bayes: np.ndarray) -> tuple[float, float, float]:
    """Mean and both ends of the interval; right: (seed, sample), by_bayes: (sample,)."""
    gains = right.astype(float) - by_bayes
    seeds = estimate(gains.mean(axis=1))
    of_seeds = seeds.high - seeds.mean if seeds.n > 1 else 0.0
    of_sets = float(ndtri((1 + CONFIDENCE) / 2)) * gains.mean(axis=0).std(ddof=1) / math.sqrt(len(by_bayes))
    half = math.hypot(of_seeds, of_sets)
    return seeds.mean, seeds.mean - half, seeds.mean + half
