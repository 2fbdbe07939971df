"""Which share of the loss is due to broken symmetry, at the end and while training."""

from functools import partial

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.levels import Chart, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words, places
from equidyn.report.sections.untrained import trained
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table, wide

TITLE = "Loss due to broken symmetry"
# Measure -> what it splits.
_SPLIT = {
    "decomposition": "The loss over the four turns",
    "cube_decomposition": "The mean square error over the 24 rotations of the cube, by which vectors turn as vectors,",
}


def section(results: StudyResults) -> Section | None:
    """Variance over the group as a share of the loss."""
    found = {measure: values for measure in _SPLIT if not (values := results.quantity(measure, "share")).empty}
    if not found:
        return None
    ((measure, values),) = found.items()
    summary, heads = over_seeds(values), level_labels(results.settings)
    name = f"{results.name}-share"
    view = wide(summary, summary.apply(partial(estimate_text, scale=100.0), axis=1), heads)
    table = Table(
        name, f"Share of the test loss due to broken symmetry [%]. {over_seeds_words(results)}", summary, view
    )
    percent = summary.assign(**{key: 100 * summary[key] for key in ("mean", "low", "high")})
    alt = "Chart: percentage of the test loss due to broken symmetry, by dataset, one line per variant."
    caption = "Share of the test loss due to broken symmetry; bars are 95 % intervals over seeds."
    chart = Chart(trained(results, drawn(results, percent)), "share of the test loss [%]")
    shown = picture(name, caption, alt, by_level([chart], places(results)))
    words = (
        f"{_SPLIT[measure]} is that of the group-averaged network plus the variance over the group. "
        "The second part would vanish if the network's answers were averaged over turns, at no cost on "
        "symmetric data."
    )
    return Section(TITLE, [words, *diverged_words(results)], [shown, *_over_epochs(results)], [table])


def _over_epochs(results: StudyResults) -> list[Picture]:
    history = drawn(results, results.history)
    if "validation_variance" not in history:
        return []
    share = 100 * history["validation_variance"] / history["validation_loss"].where(history["validation_loss"] > 0)
    frame: pd.DataFrame = history.assign(x=history["epoch"], y=share)
    chart = curves([Course(frame, "share of the\nvalidation loss [%]")], level_labels(results.settings), "epoch")
    alt = "Line charts: percentage of the validation loss due to broken symmetry, against epoch, one panel per dataset."
    caption = "The same share of the validation loss while training: mean, and range over seeds as a band."
    return [picture(f"{results.name}-share-epochs", caption, alt, chart)]
