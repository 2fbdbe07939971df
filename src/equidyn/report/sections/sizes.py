"""What more data brings: the headline number against the number of independent training samples."""

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import kind_labels
from equidyn.report.sections.section import Section, chart_parts, diverged_words
from equidyn.report.wording import Headline, wording

TITLE = "Data size"


def section(results: StudyResults) -> Section | None:
    """Along the number of training samples, where datasets differ in it; one panel per kind of dataset."""
    sizes, headline = training_sizes(results), wording(results.settings).headline
    if len(set(sizes.values())) < 2 or headline is None or results.quantity(headline.measure, headline.quantity).empty:
        return None
    unit = (
        ", and compared in the unit of the simulation, since that of the training split differs from size to size"
        if headline.rescale
        else ""
    )
    words = (
        f"All sizes are tested on the same {wording(results.settings).samples}{unit}. Epochs have equally many steps, "
        "so that every size is trained for as many. Imposed symmetry stands in for data: what it helps, it should help "
        "most where data are few."
    )
    return Section(TITLE, [words, *diverged_words(results)], _pictures(results, headline, sizes))


def training_sizes(results: StudyResults) -> dict[str, int]:
    """Dataset -> training samples, its own number or that of the source; empty where they are not counted."""
    usual = getattr(results.settings.source.split, "train", None)
    own = {name: entry.own_size or usual for name, entry in results.settings.datasets.items()}
    return {name: count for name, count in own.items() if isinstance(count, int)}


def _pictures(results: StudyResults, headline: Headline, sizes: dict[str, int]) -> list[Picture]:
    values, limits = (_along(results, headline, name, sizes) for name in (headline.quantity, headline.limit))
    limit = limits.groupby(["dataset", "x"], sort=False, as_index=False)["y"].mean() if len(limits) else None
    noun = f"{next(iter(results.settings.datasets.values())).noun}s"
    caption = (
        f"{headline.title} against the number of {noun} to train on: mean, and range over seeds as a band; "
        f"{'both axes are' if headline.log else 'the axis of the number is'} logarithmic."
    )
    alt = f"Line charts: {headline.name} against the number of training {noun}, one line per variant."
    label = f"{headline.name} [{headline.common_unit or headline.unit}]"
    heads, shown = {name: name for name in values["dataset"].unique()}, []
    for part in chart_parts(results):
        course = Course(part.of(values), label, headline.log, baseline=limit, guide=headline.limit_name)
        chart = curves([course], heads, f"{noun} to train on", "log")
        shown.append(picture(f"{results.name}-sizes{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


def _along(results: StudyResults, headline: Headline, quantity: str, sizes: dict[str, int]) -> pd.DataFrame:
    """Rows of a quantity in one unit, with the size as x, the value as y and the kind of its dataset as dataset."""
    rows = results.quantity(headline.measure, quantity)
    rows = headline.rescale(results, rows) if headline.rescale else rows
    kinds = kind_labels(results.settings)
    return rows.assign(x=rows["dataset"].map(sizes), y=rows["value"], dataset=rows["dataset"].map(kinds)).sort_values(
        "x", kind="stable"
    )
