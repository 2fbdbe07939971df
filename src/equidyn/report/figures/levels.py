"""Quantities by dataset, such as the level of symmetry breaking: one line per variant, with intervals over seeds."""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.axes import logarithmic, reach
from equidyn.report.figures.style import MUTED, label_below, legend, line_styles, panels

_SPREAD = 0.07  # between two variants at one dataset, in distances between datasets
_HEIGHT = 2.6  # of a panel [inches]


@dataclass(frozen=True)
class Baseline:
    """A reference that depends on the dataset only."""

    label: str
    values: dict[str, float]


@dataclass(frozen=True)
class Chart:
    """One quantity; summary: as from `statistics.over_seeds`; top: of the axis, where intervals go beyond it."""

    summary: pd.DataFrame
    ylabel: str
    baseline: Baseline | None = None
    log: bool = False
    top: float = math.inf


@dataclass(frozen=True)
class Places:
    """The datasets along the x axis.

    heads: dataset -> tick label, in order. joined: whether a line may join them, as for levels of one thing. panels:
    title -> its datasets, for panels side by side; none: all stand in one.
    """

    heads: dict[str, str]
    xlabel: str
    joined: bool = True
    panels: dict[str, list[str]] = field(default_factory=dict)


def by_level(charts: list[Chart], places: Places) -> Figure:
    """One row of panels per chart, beneath each other."""
    columns = places.panels or {"": list(places.heads)}
    size = len(charts), len(columns), _HEIGHT * len(charts) + 0.2
    figure, grid = panels(*size, sharex="col", sharey="row" if places.panels else False)
    variants = list(dict.fromkeys(name for chart in charts for name in chart.summary["variant"]))
    for row, chart in zip(grid, charts, strict=True):
        for axes, datasets in zip(row, columns.values(), strict=True):
            _draw(axes, chart, places, datasets, variants)
        row[0].set_ylabel(chart.ylabel)
        _reach(row[0], chart)
    for axes, title in zip(grid[0], columns, strict=True):
        axes.set_title(title)
    label_below(grid[-1], places.xlabel)
    legend(figure, grid[0, 0], variants)
    return figure


def _draw(axes: Axes, chart: Chart, places: Places, datasets: list[str], variants: list[str]) -> None:
    at = {dataset: place for place, dataset in enumerate(datasets)}
    width = min(0.5, _SPREAD * (len(variants) - 1))
    for shift, (variant, look) in zip(
        np.linspace(-width / 2, width / 2, len(variants)), line_styles(variants).items(), strict=True
    ):
        part = chart.summary[(chart.summary["variant"] == variant) & chart.summary["dataset"].isin(datasets)]
        shown = look if places.joined else look | {"linestyle": "none"}
        where = part["dataset"].map(at).astype(float) + shift  # none, of a measure that is not taken of the variant
        axes.errorbar(where, part["mean"], yerr=_sides(part), label=variant, **shown)
    if chart.baseline:
        heights = np.array([chart.baseline.values.get(dataset, np.nan) for dataset in datasets])
        _baseline(axes, np.array(list(at.values())), heights, chart.baseline.label, places.joined)
    axes.set_xticks(list(at.values()), [places.heads[dataset] for dataset in datasets])
    axes.set_xlim(-0.5, len(at) - 0.5)


def _reach(axes: Axes, chart: Chart) -> None:
    """The axis of y, of one panel for all in its row."""
    levels = list(chart.baseline.values.values()) if chart.baseline else []
    drawn = pd.concat([chart.summary["mean"], pd.Series(levels, dtype=float)])
    ends = reach(drawn, chart.summary["low"], chart.summary["high"], chart.log)
    if chart.log:
        axes.set_yscale("log", nonpositive="mask")
    axes.set_ylim(ends[0], min(chart.top, ends[1]))
    if chart.log:
        logarithmic(axes.yaxis)


def _baseline(axes: Axes, at: np.ndarray, heights: np.ndarray, label: str, joined: bool) -> None:
    look = {"color": MUTED, "linestyle": ":", "label": label}
    if joined:
        axes.plot(at, heights, marker="_", **look)
    else:
        axes.hlines(heights, at - 0.4, at + 0.4, **look)


def _sides(part: pd.DataFrame) -> np.ndarray:
    """Lengths of intervals to both sides, 0 where there is none."""
    return np.nan_to_num(np.array([part["mean"] - part["low"], part["high"] - part["mean"]], dtype=float))
