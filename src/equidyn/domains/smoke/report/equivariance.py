"""The equivariance that networks learned, against that of their data."""

import math

import pandas as pd
from matplotlib.figure import Figure

from equidyn.domains.smoke.report.figures.scatter import learned_against_data
from equidyn.report.figures.levels import Chart, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text, listed, number
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words, places
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table, wide

TITLE = "Learned equivariance"
FORM = "pairwise"  # treats all directions alike, so it is the same quantity for networks and for data
_PUBLISHED = "as published [rms velocity]"


def section(results: StudyResults) -> Section | None:
    """Relative equivariance error of networks and data by one definition, and the published form beside it."""
    values = results.quantity("equivariance", FORM)
    if values.empty:
        return None
    summary = over_seeds(values)
    published = over_seeds(results.quantity("audit/equivariance", "published"))
    name = f"{results.name}-equivariance"
    caption = f"Equivariance error, {FORM} and relative. {over_seeds_words(results)}"
    tables = [_table(results, name, caption, summary, FORM)]
    pictures = [_picture(results, name, summary)]
    if not published.empty:
        caption = f"Learned equivariance error {_PUBLISHED}. {over_seeds_words(results)}"
        tables.append(_table(results, f"{name}-published", caption, published, None))
        pictures.append(_published(results, f"{name}-published", published))
    return Section(TITLE, [*_strict_words(results, values), *diverged_words(results)], pictures, tables)


def _picture(results: StudyResults, name: str, summary: pd.DataFrame) -> Picture:
    summary = drawn(results, summary)
    caption = "Learned equivariance error against the data's; bars are 95 % intervals over seeds. "
    alt = "Chart with a logarithmic axis: learned equivariance error against that of the data, one line per variant."
    data = results.data_error(FORM)
    if any(map(math.isfinite, data.values())):
        caption += "On the dotted line, a network is as far from equivariant as its data."
        return picture(name, caption, alt, learned_against_data(summary, data, level_labels(results.settings)))
    chart = Chart(summary, "learned error, relative (pairwise) [1]", log=True)
    return picture(name, "Learned equivariance error; bars are 95 % intervals over seeds.", alt, _alone(results, chart))


def _published(results: StudyResults, name: str, summary: pd.DataFrame) -> Picture:
    caption = (
        "Learned equivariance error as published: mean absolute difference of components, fields turned by bilinear "
        "interpolation, network in train mode. Bars are 95 % intervals over seeds."
    )
    alt = "Chart with a logarithmic axis: the published form of the learned equivariance error, by dataset and variant."
    return picture(
        name, caption, alt, _alone(results, Chart(drawn(results, summary), f"learned error,\n{_PUBLISHED}", log=True))
    )


def _alone(results: StudyResults, chart: Chart) -> Figure:
    return by_level([chart], places(results))


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


def _table(results: StudyResults, name: str, caption: str, summary: pd.DataFrame, form: str | None) -> Table:
    """form: of the data's own error, in a last row; None: without it."""
    heads = level_labels(results.settings)
    view = wide(summary, summary.apply(estimate_text, axis=1), heads)
    data = results.data_error(form) if form else {}
    if not any(map(math.isfinite, data.values())):
        return Table(name, caption, summary, view)
    view.loc[len(view)] = ["the data", *(number(data[dataset]) for dataset in heads)]
    rows = [
        {"dataset": key, "variant": "(data)", "n": 1, "seeds": 1, "diverged": 0, "mean": data[key]} for key in heads
    ]
    return Table(name, caption, pd.concat([summary, pd.DataFrame(rows)], ignore_index=True), view)
