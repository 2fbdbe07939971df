"""Convergence: whether errors still move, epochs until training stops, and until a score that every run reaches."""

import pandas as pd

from equidyn.core.measures.quantities import Quantity
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.moves import move_words
from equidyn.report.numbers import number
from equidyn.report.sections.quantity import displayed
from equidyn.report.sections.quantity_values import given
from equidyn.report.sections.section import Section, diverged_words
from equidyn.report.sections.untrained import trained
from equidyn.report.wording import wording

TITLE = "Convergence"
_CELL = ["dataset", "variant", "seed"]


def section(results: StudyResults) -> Section | None:
    """Epochs to stop, and epochs to the common score of each dataset; of variants that have something to train."""
    common = common_score(results)
    if not common:
        return None
    words, runs = wording(results.settings), trained(results, results.runs)
    text = {
        Quantity("epochs", "epochs to the end", headline=not words.whole_runs): runs["epochs"],
        Quantity("best_epoch", "best epoch", headline=words.whole_runs): runs["best_epoch"],
    }
    found = [given(results, "training", name, runs.assign(value=column.astype(float))) for name, column in text.items()]
    reached = Quantity("epochs_to_common", f"epochs to the common {words.score_name}", "1", "lower", headline=True)
    found.append(given(results, "training", reached, epochs_to(results, common)))
    pictures, tables = displayed(results, f"{results.name}--convergence", TITLE, found)
    return Section(TITLE, [move_words(results), _words(results, common), *diverged_words(results)], pictures, tables)


def common_score(results: StudyResults) -> dict[str, float]:
    """Dataset -> the largest, over its runs that did not diverge, of a run's lowest validation score.

    It is the best that the worst run reaches, so every run reaches it.
    """
    history, score = results.history, wording(results.settings).score
    if score not in history:
        return {}
    sound = trained(results, history[history["status"] != "diverged"])
    lowest = sound.groupby(_CELL, sort=False)[score].min()
    return lowest.groupby("dataset", sort=False).max().dropna().to_dict()


def epochs_to(results: StudyResults, threshold: dict[str, float]) -> pd.DataFrame:
    """dataset, variant, seed, status, value: the first epoch whose score is not above the threshold."""
    history = results.history
    reached = history[history[wording(results.settings).score] <= history["dataset"].map(threshold)]
    first = reached.groupby(_CELL, sort=False)["epoch"].min().astype(float).rename("value")
    return trained(results, results.runs)[[*_CELL, "status"]].join(first, on=_CELL)


def _words(results: StudyResults, common: dict[str, float]) -> str:
    heads, words = level_labels(results.settings), wording(results.settings)
    levels = ", ".join(f"{heads[dataset]}: {number(value)}" for dataset, value in common.items())
    return (
        f"The common {words.score_name} of a dataset is the highest over its runs of the lowest validation "
        f"{words.score_name} of a run, so that every run reaches it [{words.score_unit}]: {levels}. Epoch 0 is the "
        "network before training."
    )
