"""The equivariance that networks learned, against that of their data."""

import pandas as pd

from equidyn.reporting.figures.scatter import learned_against_data
from equidyn.reporting.figures.style import picture
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import level_labels
from equidyn.reporting.numbers import estimate_text, listed, number
from equidyn.reporting.sections.section import Section, diverged_words, over_seeds_words
from equidyn.reporting.statistics import over_seeds
from equidyn.reporting.tables import Table, wide

TITLE = "Learned equivariance"
FORM = "pairwise"  # treats all directions alike, so it is the same quantity for networks and for data


def section(results: StudyResults) -> Section | None:
    """Relative equivariance error of networks and data, by one definition."""
    values = results.quantity("equivariance", FORM)
    if values.empty:
        return None
    data = results.data_error(FORM)
    summary, heads = over_seeds(values), level_labels(results.settings)
    name = f"{results.name}-equivariance"
    alt = "Chart with a logarithmic axis: learned equivariance error against that of the data, one line per variant."
    shown = picture(
        name,
        "Learned equivariance error against the data's; bars are 95 % intervals over seeds. On the dotted line, "
        "a network is as far from equivariant as its data.",
        alt,
        learned_against_data(summary, data, heads),
    )
    text = [*_strict_words(results, values), *diverged_words(results)]
    return Section(TITLE, text, [shown], [_table(results, name, summary, data, heads)])


def _strict_words(results: StudyResults, values: pd.DataFrame) -> list[str]:
    strict = results.runs[results.runs["strict"]]["variant"].unique().tolist()
    if not strict:
        return []
    largest = values[values["variant"].isin(strict)]["value"].max()
    return [
        f"Exactly equivariant by construction: {listed(strict)}. The largest error measured is {number(largest)}, "
        "the round-off of single precision."
        if largest < 1e-5
        else f"{listed(strict)} should be exactly equivariant, but an error of {number(largest)} was measured: "
        "the command equidyn check tells more."
    ]


def _table(
    results: StudyResults, name: str, summary: pd.DataFrame, data: dict[str, float], heads: dict[str, str]
) -> Table:
    view = wide(summary, summary.apply(estimate_text, axis=1), heads)
    view.loc[len(view)] = ["the data", *(number(data[dataset]) for dataset in heads)]
    rows = [
        {"dataset": key, "variant": "(data)", "n": 1, "seeds": 1, "diverged": 0, "mean": data[key]} for key in heads
    ]
    caption = f"Equivariance error, {FORM} and relative. {over_seeds_words(results)}"
    return Table(name, caption, pd.concat([summary, pd.DataFrame(rows)], ignore_index=True), view)
