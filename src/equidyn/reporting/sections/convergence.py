"""How fast training converges: epochs until it stops, and until a loss that every run reaches."""

import pandas as pd

from equidyn.reporting.figures.levels import Chart, by_level
from equidyn.reporting.figures.style import picture
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import VELOCITY_UNIT, level_labels
from equidyn.reporting.numbers import listed, number
from equidyn.reporting.sections.cases import Column, case_table
from equidyn.reporting.sections.section import Section, diverged_words, drawn, over_seeds_words, places
from equidyn.reporting.statistics import over_seeds

TITLE = "Convergence"
_CELL = ["dataset", "variant", "seed"]


def section(results: StudyResults) -> Section | None:
    """Epochs to stop, and epochs to the common RMSE of each dataset."""
    common = common_rmse(results)
    if not common:
        return None
    reached = epochs_to(results, common)
    stopped = results.runs.assign(value=results.runs["epochs"].astype(float))
    best = results.runs.assign(value=results.runs["best_epoch"].astype(float))
    name = f"{results.name}-convergence"
    charts = [
        Chart(over_seeds(drawn(results, stopped)), "epochs to the end"),
        Chart(over_seeds(drawn(results, reached)), "epochs to the\ncommon RMSE"),
    ]
    caption = "Epochs until training stopped, and until the common RMSE; bars are 95 % intervals over seeds."
    alt = "Charts of epochs to the end and epochs to a common validation RMSE, by dataset and variant."
    columns = [
        Column("epochs to the end", "epochs", stopped),
        Column("best epoch", "best_epoch", best),
        Column("epochs to the common RMSE", "epochs_to_common", reached),
    ]
    table = case_table(results, name, f"Epochs of training. {over_seeds_words(results)}", columns)
    return Section(
        TITLE,
        [_words(results, common), *diverged_words(results)],
        [picture(name, caption, alt, by_level(charts, places(results)))],
        [table],
    )


def common_rmse(results: StudyResults) -> dict[str, float]:
    """Dataset -> the largest, over its runs that did not diverge, of a run's lowest validation RMSE.

    It is the best that the worst run reaches, so every run reaches it.
    """
    history = results.history
    if "validation_rmse" not in history:
        return {}
    sound = history[history["status"] != "diverged"]
    lowest = sound.groupby(_CELL, sort=False)["validation_rmse"].min()
    return lowest.groupby("dataset", sort=False).max().dropna().to_dict()


def epochs_to(results: StudyResults, threshold: dict[str, float]) -> pd.DataFrame:
    """dataset, variant, seed, status, value: the first epoch whose validation RMSE is not above the threshold."""
    history = results.history
    reached = history[history["validation_rmse"] <= history["dataset"].map(threshold)]
    first = reached.groupby(_CELL, sort=False)["epoch"].min().astype(float).rename("value")
    return results.runs[[*_CELL, "status"]].join(first, on=_CELL)


def _words(results: StudyResults, common: dict[str, float]) -> str:
    heads = level_labels(results.settings)
    told = listed([f"{number(value)} at {heads[dataset]}" for dataset, value in common.items()])
    return (
        "The common RMSE of a dataset is the lowest validation RMSE of the run whose lowest is highest, so that every "
        f"run reaches it: {told} [{VELOCITY_UNIT}]. Epoch 0 is the network before training."
    )
