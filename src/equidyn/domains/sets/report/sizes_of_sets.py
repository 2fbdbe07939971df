"""What more sets to train on bring: test accuracy against their number."""

import pandas as pd

from equidyn.domains.sets.report.comparison import reached
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.sections.section import chart_parts

WORDS = (
    "All sizes are tested on the same sets, and a larger training split contains the smaller ones. Epochs have equally "
    "many steps, so that every size is trained for as many. Imposed symmetry stands in for data: what it helps, it "
    "should help most where sets are few, and no variant can pass the Bayes limit however many there are."
)


def pictures(results: StudyResults, sizes: dict[str, int]) -> list[Picture]:
    """One panel per way of sampling, one line per variant; sizes: dataset -> sets to train on."""
    sampled = {name: entry.sampling for name, entry in results.settings.datasets.items()}
    values = results.quantity("accuracy", "accuracy")
    frame = values.assign(x=values["dataset"].map(sizes), y=values["value"], dataset=values["dataset"].map(sampled))
    bayes = reached(results, "bayes")
    rows = [{"dataset": sampled[name], "x": size, "y": bayes[name]} for name, size in sizes.items()]
    heads = {name: f"{name} sets" for name in dict.fromkeys(sampled.values())}
    caption = (
        "Test accuracy against the number of sets to train on: mean, and range over seeds as a band; the axis of the "
        "number is logarithmic."
    )
    alt = "Line charts: test accuracy against the number of training sets, one line per variant, and the Bayes limit."
    shown = []
    for part in chart_parts(results):
        course = Course(
            part.of(frame), "test accuracy [1]", baseline=pd.DataFrame(rows).sort_values("x"), guide="Bayes limit"
        )
        chart = curves([course], heads, "sets to train on", "log")
        shown.append(picture(f"{results.name}-sizes{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown
