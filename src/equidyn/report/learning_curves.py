"""Learning curves of a study as one table, for `dvc plots`; the page draws them from the same numbers."""

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.sections.untrained import trained
from equidyn.report.wording import wording

_PLACE = ["dataset", "variant", "epoch"]


def learning_curves(study: StudyResults) -> pd.DataFrame:
    """Columns dataset, variant, epoch, runs, score, least, largest: over those seeds that reached the epoch.

    The score decides which epoch is best (a validation RMSE, loss, MSE or MAE; less is better, see wording.py); it has
    one name in all studies, so that all have one definition of the plot. Epochs without a finite score are left out.
    """
    rows = trained(study, study.history).rename(columns={wording(study.settings).score: "score"})
    finite = rows.dropna(subset=["score"]).groupby(_PLACE, sort=False)["score"]
    return finite.agg(runs="count", score="mean", least="min", largest="max").reset_index()
