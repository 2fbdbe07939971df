"""Audit: a Lie derivative that turns pixels but not vectors sees broken symmetry where there is none."""

import pandas as pd

from equidyn.domains.smoke.report.figures.definitions import Courses, against
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import number
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words
from equidyn.report.statistics import over_seeds

TITLE = "Audit: the Lie derivative of pixels alone"
_WORDS = (
    "The published code turns the pixels of a velocity field, but not its vectors, so it asks for a symmetry that "
    "flows do not have; and it sums over batches, so that its number depends on their size. The map u → grad div u "
    "commutes with every rotation, so its Lie derivative is 0."
)


def section(results: StudyResults) -> Section | None:
    """Both definitions per variant, and both on grad div."""
    published, proper = results.quantity("audit/lie", "published"), results.quantity("lie", "relative")
    if published.empty or proper.empty:
        return None
    sides, known, pixels_only = (_known(results, name) for name in ("side", "proper", "pixels_only"))
    lines = {"vectors turned too": known, "pixels alone": pixels_only}
    heads = ("grad div u", "cells per side", "relative derivative [1/rad]")
    chart = against(
        _points(drawn(results, proper), drawn(results, published)),
        "networks",
        "vectors turned too, relative [1/rad]",
        "as published",
        Courses(tuple(map(int, sides)), lines, *heads),
    )
    name = f"{results.name}-audit-lie"
    caption = (
        "Left: the published Lie derivative against the proper one, one mark per variant and dataset, mean over seeds. "
        "Right: both definitions of grad div u, whose derivative is 0, against the resolution."
    )
    alt = "Left: marks of the published against the proper Lie derivative. Right: both on grad div, by resolution."
    columns = [
        Column("vectors turned too, relative [1/rad]", "lie.relative", proper),
        Column("as published", "audit/lie.published", published),
    ]
    table = case_table(results, name, f"Both definitions. {over_seeds_words(results)}", columns)
    last = int(sides[-1])
    measured = (
        f"Measured here on a smooth field at {last} × {last} cells: {number(known[-1], 2)} by the proper definition, "
        f"which falls with the square of the cell, and {number(pixels_only[-1], 2)} by that of pixels alone, of which "
        f"{number(min(pixels_only), 2)} is the smallest value at any resolution."
    )
    return Section(TITLE, [_WORDS, measured, *diverged_words(results)], [picture(name, caption, alt, chart)], [table])


def _known(results: StudyResults, name: str) -> list[float]:
    """A list of what is known of grad div u, the same in all runs."""
    rows = results.quantity("audit/lie", f"grad_div.{name}")
    return rows.drop_duplicates("index").sort_values("index")["value"].tolist()


def _points(proper: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """dataset, variant, x, y: means over seeds under both definitions."""
    x, y = (over_seeds(values).set_index(["dataset", "variant"])["mean"] for values in (proper, published))
    return pd.DataFrame({"x": x, "y": y}).dropna().reset_index()
