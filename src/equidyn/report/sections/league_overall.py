"""All variants of a study in one order, whatever data they were trained on: each beside the others on the same data."""

import numpy as np
import pandas as pd

from equidyn.report.figures.dots import Series, dots
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import number
from equidyn.report.sections.quantity_values import Shown
from equidyn.report.sections.section import chart_parts
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table

_ALL = "all"  # in the place of a dataset


def overall(results: StudyResults, one: Shown, variants: list[str]) -> pd.DataFrame | None:
    """Columns dataset, variant, n, mean, low, high, the best first: the number over the geometric mean of all variants.

    That is taken on the same data with the same seed, then over the datasets; intervals over seeds. A dataset on which
    a variant diverged with some seed is left out with that seed, for all. None where one chart can show all variants,
    or for numbers that are not compared as ratios.
    """
    values = one.values[one.values["variant"].isin(variants)]
    if one.quantity.scale != "log" or len(chart_parts(results)) == 1 or not (values["value"] > 0).any():
        return None
    logs = np.log(values[values["value"] > 0].pivot_table(index=["dataset", "seed"], columns="variant", values="value"))
    whole = logs.dropna()
    beside = whole.sub(whole.mean(axis=1), axis=0).groupby(level="seed").mean()
    rows = beside.melt(ignore_index=False).reset_index().assign(dataset=_ALL, status="completed")
    found, ends = over_seeds(rows), ["mean", "low", "high"]
    found[ends] = np.exp(found[ends])
    return found.sort_values("mean", ascending=one.quantity.better == "lower", ignore_index=True)


def chart(results: StudyResults, one: Shown, frame: pd.DataFrame) -> Picture:
    """A row for each variant."""
    label = f"{one.quantity.label}, over the geometric mean of all"
    caption = (
        f"League: {one.quantity.label} of each variant over the geometric mean of all {len(frame)} on the same data "
        f"with the same seed, geometric mean over the datasets. {one.quantity.better.capitalize()} is better. Bars are "
        "95 % intervals over seeds."
    )
    drawn = dots([Series(label, frame)], {_ALL: "all datasets"}, frame["variant"].tolist(), label)
    return picture(f"{results.name}--league", caption, f"Chart of {label}, by variant.", drawn)


def table(results: StudyResults, one: Shown, frame: pd.DataFrame) -> Table:
    """The numbers of the chart."""
    caption = f"Order of all variants: {one.quantity.label} over the geometric mean of all, on all datasets."
    texts = [_text(row) for _, row in frame.iterrows()]
    view = pd.DataFrame({"variant": frame["variant"], "over the geometric mean of all": texts})
    return Table(f"{results.name}--league-order", caption, frame.drop(columns="dataset"), view)


def words(one: Shown, frame: pd.DataFrame) -> list[str]:
    """A sentence on the first."""
    first = frame.iloc[0]
    share = f"{_text(first)} times the geometric mean of all {len(frame)} variants"
    return [f"Over all datasets, {first['variant']} comes first: its {one.quantity.label} is {share}."]


def _text(row: pd.Series) -> str:
    mean, low, high = (number(row[key], 2) for key in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]" if row["n"] > 1 else mean
