"""What an answer costs, in arithmetic and in time, against how often it is right."""

import pandas as pd

from equidyn.reporting.figures.dots import Guide
from equidyn.reporting.figures.style import INK, Picture, picture
from equidyn.reporting.figures.tradeoff import tradeoff
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import level_labels
from equidyn.reporting.numbers import number
from equidyn.reporting.sections.comparison import reached
from equidyn.reporting.sections.section import Section, chart_parts, diverged_words
from equidyn.reporting.sections.variants import time_words
from equidyn.reporting.sections.variants_of_sets import matched
from equidyn.reporting.statistics import over_seeds
from equidyn.reporting.tables import Table
from equidyn.reporting.wording import classifies

TITLE = "Cost"
_WORDS = (
    "Multiply-adds of matrix products, per set and answer; element-wise work and sorting are not counted. A training "
    "step does about three times that for each set of its batch. A weight that is shared over the points of a set is "
    "used once per point, and a mean over moved copies of a set takes one answer per copy: equal parameters is not "
    "equal arithmetic, and on small networks arithmetic is not time either."
)


def section(results: StudyResults) -> Section | None:
    """Accuracy against multiply-adds; multiply-adds per variant; time of a step in words."""
    if not classifies(results.settings):
        return None
    table = _table(results)
    text = [_WORDS, *_range_words(table.data), time_words(results), *diverged_words(results)]
    return Section(TITLE, text, _pictures(results, table.data), [table])


def _table(results: StudyResults) -> Table:
    first = results.runs.groupby("variant", sort=False)[["parameters", "multiply_adds"]].first()
    frame = first.reindex(results.variants).rename_axis("variant").reset_index()
    frame["per_parameter"] = frame["multiply_adds"] / frame["parameters"]
    counts = {name: frame[name].map("{:,}".format) for name in ("parameters", "multiply_adds")}
    view = frame.assign(**counts, per_parameter=frame["per_parameter"].map(lambda uses: number(uses, 3))).rename(
        columns={"multiply_adds": "multiply-adds per set", "per_parameter": "multiply-adds per parameter"}
    )
    return Table(f"{results.name}-cost", "Arithmetic of one answer.", frame, view)


def _range_words(frame: pd.DataFrame) -> list[str]:
    """Of variants that match in parameters, which does the most arithmetic, and how much."""
    equal = frame[matched(frame)]
    if len(equal) < 2:
        return []
    least, most = (equal.loc[equal["multiply_adds"].agg(end)] for end in ("idxmin", "idxmax"))
    ratio = most["multiply_adds"] / least["multiply_adds"]
    return [
        f"Of the variants that match in parameters, {most['variant']} does {number(ratio, 2)} times the arithmetic of "
        f"{least['variant']}."
    ]


def _pictures(results: StudyResults, costs: pd.DataFrame) -> list[Picture]:
    values = results.quantity("accuracy", "accuracy")
    if values.empty:
        return []
    by_variant = costs.set_index("variant")["multiply_adds"].to_dict()
    limit = Guide("Bayes limit", reached(results, "bayes"), {"color": INK})
    labels = ("multiply-adds per set", "test accuracy [1]")
    heads, name = level_labels(results.settings), f"{results.name}-cost"
    caption = "Test accuracy, mean over seeds, against the arithmetic of one answer; intervals stand under Accuracy."
    alt = (
        "Marks, one per variant and one panel per dataset: test accuracy against multiply-adds, on a logarithmic axis."
    )
    charts = {
        part: tradeoff(over_seeds(part.of(values)), by_variant, heads, labels, limit) for part in chart_parts(results)
    }
    return [picture(f"{name}{part.suffix}", f"{caption}{part.words}", alt, chart) for part, chart in charts.items()]
