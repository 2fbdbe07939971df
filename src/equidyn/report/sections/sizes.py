"""What more data brings: the headline number against the number of independent training samples."""

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import kind_labels
from equidyn.report.sections.quantity_values import Shown, headlines
from equidyn.report.sections.section import Section, chart_parts, diverged_words
from equidyn.report.wording import wording

TITLE = "Data size"


def section(results: StudyResults) -> Section | None:
    """Along the number of training samples, where datasets differ in it; one panel per kind of dataset."""
    sizes, found = training_sizes(results), headlines(results)
    if len(set(sizes.values())) < 2 or not found:
        return None
    words = wording(results.settings)
    unit = (
        ", and compared in the unit of the simulation, since that of the training data differs from size to size"
        if words.headline.rescale
        else ""
    )
    text = (
        f"At each seed, all sizes are tested on the same {words.samples}{unit}. Epochs have equally many steps, so "
        "that every size is trained for as many. Imposed symmetry stands in for data: what it helps, it should help "
        "most where data are few."
    )
    return Section(TITLE, [text, *diverged_words(results)], _pictures(results, found[0], sizes))


def training_sizes(results: StudyResults) -> dict[str, int]:
    """Dataset -> training samples, its own number or that of the source; empty where they are not counted."""
    usual = getattr(results.settings.source.split, "train", None)
    own = {name: entry.own_size or usual for name, entry in results.settings.datasets.items()}
    return {name: count for name, count in own.items() if isinstance(count, int)}


def _pictures(results: StudyResults, one: Shown, sizes: dict[str, int]) -> list[Picture]:
    values, log = _along(results, one.values, sizes), one.quantity.scale == "log"
    guide = next(iter(one.baselines), "")
    limits = _along(results, results.quantity(one.measure, next(iter(one.quantity.baselines), "")), sizes)
    limit = limits.groupby(["dataset", "x"], sort=False, as_index=False)["y"].mean() if len(limits) else None
    noun = f"{next(iter(results.settings.datasets.values())).noun}s"
    caption = (
        f"{TITLE}: {one.quantity.label} against the number of {noun} to train on. Mean, and range over seeds as a "
        f"band; {'both axes are' if log else 'the axis of the number is'} logarithmic."
    )
    alt = f"Line charts: {one.quantity.label} against the number of training {noun}, one line per variant."
    label = f"{one.quantity.label} [{wording(results.settings).headline.common_unit or one.unit}]"
    heads, shown = {name: name for name in values["dataset"].unique()}, []
    for part in chart_parts(results):
        course = Course(part.of(values), label, log, baseline=limit, guide=guide)
        chart = curves([course], heads, f"{noun} to train on", "log")
        shown.append(picture(f"{results.name}--sizes{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


def _along(results: StudyResults, rows: pd.DataFrame, sizes: dict[str, int]) -> pd.DataFrame:
    """Rows of a quantity in one unit, with the size as x, the value as y and the kind of its dataset as dataset."""
    rescale, kinds = wording(results.settings).headline.rescale, kind_labels(results.settings)
    rows = rescale(results, rows) if rescale else rows
    sized = rows.assign(x=rows["dataset"].map(sizes), y=rows["value"], dataset=rows["dataset"].map(kinds))
    return sized.sort_values("x", kind="stable")
