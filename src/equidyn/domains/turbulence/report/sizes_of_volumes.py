"""What more turbulence to train on brings: the error against how much there is."""

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, of_level
from equidyn.report.sections.section import chart_parts
from equidyn.report.wording import wording

WORDS = (
    "All sizes are tested on the same flow, and compared in the unit of the simulation, since the rms velocity of the "
    "training split differs from size to size. Epochs have equally many steps, so that every size is trained for as "
    "many. Imposed symmetry stands in for data: what it helps, it should help most where data are few."
)
_UNIT = "length/time"


def pictures(results: StudyResults, sizes: dict[str, int]) -> list[Picture]:
    """One panel per level, one line per variant; sizes: dataset -> simulations to train on."""
    headline = wording(results.settings).headline
    values = results.quantity(headline.measure, headline.quantity)
    if values.empty:
        return []
    levels = {dataset: of_level(label) for dataset, label in level_labels(results.settings).items()}
    scaled = values["value"] * values["dataset"].map(_rms(results))
    frame = values.assign(x=values["dataset"].map(sizes), y=scaled, dataset=values["dataset"].map(levels))
    told = f"{headline.name[0].upper()}{headline.name[1:]}"
    caption = (
        f"{told} against the number of simulations to train on: mean, and range over seeds as a band; both axes "
        "are logarithmic."
    )
    alt = f"Line charts with logarithmic axes: {headline.name} against the number of simulations, one line per variant."
    heads, shown = {name: name for name in levels.values()}, []
    for part in chart_parts(results):
        course = Course(part.of(frame), f"{headline.name} [{_UNIT}]", log=True)
        chart = curves([course], heads, "simulations to train on", "log")
        shown.append(picture(f"{results.name}-sizes{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


def _rms(results: StudyResults) -> pd.Series:
    """Dataset -> root mean square velocity component of its training split, the unit of its errors."""
    return pd.Series({name: tree["checks"]["rms"]["train"] for name, tree in results.data.items()})
