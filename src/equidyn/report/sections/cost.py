"""What an answer costs, in arithmetic and in time, against how good it is."""

import pandas as pd

from equidyn.report.figures.dots import Guide
from equidyn.report.figures.style import INK, Picture, picture
from equidyn.report.figures.tradeoff import tradeoff
from equidyn.report.gather import StudyResults
from equidyn.report.labels import panel_heads
from equidyn.report.numbers import number
from equidyn.report.sections.quantity_values import Shown, headlines
from equidyn.report.sections.section import Section, chart_parts, diverged_words, others_words, panel_words
from equidyn.report.sections.untrained import trained
from equidyn.report.sections.variants import time_words
from equidyn.report.tables import Table
from equidyn.report.wording import wording

TITLE = "Cost"
MEASURES = ("cost",)


def section(results: StudyResults) -> Section | None:
    """The headline number against multiply-adds; multiply-adds per variant; time of a step in words."""
    if trained(results, results.runs).empty:
        return None
    table, words = _table(results), wording(results.settings).reuse
    text = [f"{_first_words(results)} {words}", time_words(results), *diverged_words(results)]
    return Section(TITLE, text, _pictures(results, table.data), [table])


def _first_words(results: StudyResults) -> str:
    per = wording(results.settings).per
    return (
        f"Multiply-adds of matrix products, per {per} and answer; element-wise work and sorting are not counted. A "
        f"training step does about three times that for each {per} of its batch."
    )


def _table(results: StudyResults) -> Table:
    first = results.runs.groupby("variant", sort=False)[["parameters", "multiply_adds"]].first()
    frame = first.reindex(results.variants).rename_axis("variant").reset_index()
    frame["per_parameter"] = frame["multiply_adds"] / frame["parameters"].where(frame["parameters"] > 0)
    counts = {name: frame[name].map("{:,}".format) for name in ("parameters", "multiply_adds")}
    heads = {
        "multiply_adds": f"multiply-adds per {wording(results.settings).per}",
        "per_parameter": "multiply-adds per parameter",
    }
    uses = frame["per_parameter"].map(lambda count: "–" if pd.isna(count) else number(count, 3))
    view = frame.assign(**counts, per_parameter=uses).rename(columns=heads)
    return Table(f"{results.name}--cost", "Arithmetic of one answer.", frame, view)


def _pictures(results: StudyResults, costs: pd.DataFrame) -> list[Picture]:
    found = headlines(results)[:1]
    by_variant = costs.set_index("variant")["multiply_adds"]
    heads, name = panel_heads(results.settings), f"{results.name}--cost"
    return [
        picture(
            f"{name}{part.suffix}",
            f"{TITLE}: {one.quantity.label}, mean over seeds, against the arithmetic of one answer."
            f"{part.words}{others_words(whole, part)}{panel_words(results)}",
            f"Marks, one per variant and one panel per dataset: {one.quantity.label} against multiply-adds.",
            tradeoff(
                part.of(whole),
                whole,
                heads,
                (f"multiply-adds per {wording(results.settings).per}", one.label),
                _limit(results, one),
            ),
        )
        for one in found
        for whole in [trained(results, one.estimates).assign(x=lambda rows: rows["variant"].map(by_variant))]
        for part in chart_parts(results)
    ]


def _limit(results: StudyResults, one: Shown) -> Guide | None:
    """What the number is held against first."""
    levels = {label: frame.set_index("dataset")["value"].to_dict() for label, frame in one.baselines.items()}
    whole = [
        Guide(label, level, {"color": INK}) for label, level in levels.items() if set(level) == set(results.datasets)
    ]
    return whole[0] if whole else None
