"""How fast training converges: epochs until it stops, and until a loss that every run reaches."""

import math

import pandas as pd

from equidyn.report.figures.levels import Chart, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, chart_parts, diverged_words, over_seeds_words, places
from equidyn.report.sections.untrained import trained
from equidyn.report.statistics import over_seeds
from equidyn.report.wording import wording

TITLE = "Convergence"
_CELL = ["dataset", "variant", "seed"]


def section(results: StudyResults) -> Section | None:
    """Epochs to stop, and epochs to the common score of each dataset; of variants that have something to train."""
    common = common_score(results)
    if not common:
        return None
    reached = epochs_to(results, common)
    runs = trained(results, results.runs)
    stopped, best = (runs.assign(value=runs[column].astype(float)) for column in ("epochs", "best_epoch"))
    columns = [
        Column("epochs to the end", "epochs", stopped),
        Column("best epoch", "best_epoch", best),
        Column(f"epochs to the common {wording(results.settings).score_name}", "epochs_to_common", reached),
    ]
    name = f"{results.name}-convergence"
    table = case_table(results, name, f"Epochs of training. {over_seeds_words(results)}", columns)
    text = [_words(results, common), *diverged_words(results)]
    return Section(TITLE, text, _pictures(results, name, columns), [table])


def _pictures(results: StudyResults, name: str, columns: list[Column]) -> list[Picture]:
    """Charts of the common score and, above it, of the end; of the best epoch, where all runs go on to the last one."""
    words, (end, best, common) = wording(results.settings), columns
    score = words.score_name
    above, told = (best, "Best epoch") if words.whole_runs else (end, "Epochs until training stopped")
    caption = f"{told}, and until the common {score}; bars are 95 % intervals over seeds."
    alt = f"Charts of {above.head} and epochs to a common validation {score}, by dataset and variant."
    top, shown = math.inf, []
    if words.whole_runs:
        top, caption = 1.05 * end.values["value"].max(), f"{caption[:-1]}, cut at the last epoch."
    for part in chart_parts(results):
        charts = [
            Chart(over_seeds(part.of(above.values)), above.head, top=top),
            Chart(over_seeds(part.of(common.values)), f"epochs to the\ncommon {score}", top=top),
        ]
        chart = by_level(charts, places(results))
        shown.append(picture(f"{name}{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


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
    told = listed([f"{number(value)} at {heads[dataset]}" for dataset, value in common.items()])
    return (
        f"The common {words.score_name} of a dataset is the lowest validation {words.score_name} of the run whose "
        f"lowest is highest, so that every run reaches it: {told} [{words.score_unit}]. Epoch 0 is the network before "
        "training."
    )
