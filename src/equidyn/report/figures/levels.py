"""Quantities by dataset, such as the level of symmetry breaking: one line per variant, with intervals over seeds."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.axes import logarithmic, reach
from equidyn.report.figures.style import MUTED, legend, line_styles, panels

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

    heads: dataset -> tick label, in order. joined: whether a line may join them, as for levels of one thing.
    """

    heads: dict[str, str]
    xlabel: str
    joined: bool = True


def by_level(charts: list[Chart], places: Places) -> Figure:
    """One panel per chart, beneath each other."""
    figure, grid = panels(len(charts), 1, _HEIGHT * len(charts) + 0.2, sharex=True)
    variants = list(dict.fromkeys(name for chart in charts for name in chart.summary["variant"]))
    for axes, chart in zip(grid[:, 0], charts, strict=True):
        _draw(axes, chart, places, variants)
    grid[-1, 0].set_xlabel(places.xlabel)
    legend(figure, grid[0, 0], variants)
    return figure


def _draw(axes: Axes, chart: Chart, places: Places, variants: list[str]) -> None:
    at = {dataset: place for place, dataset in enumerate(places.heads)}
    width = min(0.5, _SPREAD * (len(variants) - 1))
    for shift, (variant, look) in zip(
        np.linspace(-width / 2, width / 2, len(variants)), line_styles(variants).items(), strict=True
    ):
        part = chart.summary[chart.summary["variant"] == variant]
        shown = look if places.joined else look | {"linestyle": "none"}
        where = part["dataset"].map(at).astype(float) + shift  # none, of a measure that is not taken of the variant
        axes.errorbar(where, part["mean"], yerr=_sides(part), label=variant, **shown)
    if chart.baseline:
        heights = np.array([chart.baseline.values.get(dataset, np.nan) for dataset in places.heads])
        _baseline(axes, np.array(list(at.values())), heights, chart.baseline.label, places.joined)
    axes.set_xticks(list(at.values()), list(places.heads.values()))
    axes.set_xlim(-0.5, len(at) - 0.5)
    axes.set_ylabel(chart.ylabel)
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
