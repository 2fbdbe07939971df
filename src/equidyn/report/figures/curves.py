"""Curves over epochs, steps or another number: mean and range over seeds, one line per variant."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from equidyn.report.figures.axes import at_values, linear_above, logarithmic, reach
from equidyn.report.figures.drawn import BAND
from equidyn.report.figures.style import MUTED, label_below, legend, line_styles, narrow, panels, wrapped

_HEIGHT = 2.0  # of a row of panels [inches]


@dataclass(frozen=True)
class Course:
    """One quantity along x.

    frame: columns dataset, variant, seed, status, x, y. baseline: columns dataset, x, y, or None; guide: its name. top:
    of the axis, where what is drawn goes beyond it.
    """

    frame: pd.DataFrame
    ylabel: str
    log: bool = False
    baseline: pd.DataFrame | None = None
    guide: str = ""
    top: float = math.inf


def curves(
    courses: list[Course], heads: dict[str, str], xlabel: str, xscale: str = "integer", names: tuple[str, ...] = ()
) -> Figure:
    """A panel per dataset and course; heads: dataset -> panel title, in order.

    One course: its panels stand side by side and share both axes. Several: datasets are rows and courses columns.
    xscale: "integer", "degrees", "log", or "symlog" (logarithmic above the smallest positive x, with a place for 0).
    names: of x = 0, 1, 2, ..., where these are no numbers.
    """
    figure, cells = _layout(courses, heads)
    every = pd.concat([course.frame for course in courses], ignore_index=True)
    styles = line_styles(dict.fromkeys(every["variant"]))
    for axes, course, dataset in cells:
        if not (course.frame["dataset"] == dataset).any():
            axes.set_visible(False)
            continue
        _panel(axes, course, dataset, styles)
        axes.set_title(heads[dataset])
        if names:
            axes.set_xticks(range(len(names)), names)
        else:
            _scale_x(axes, xscale, every["x"].to_numpy(dtype=float))
        if axes.get_subplotspec().is_first_col() or len(courses) > 1:
            axes.set_ylabel(course.ylabel)
    label_below([axes for axes, *_ in cells], xlabel)
    for axes, course, _ in cells:  # they may share the axis, so this comes when all is drawn
        low, high = _reach(course)
        axes.set_ylim(low, min(high, course.top))
        if course.log:
            logarithmic(axes.yaxis)
    legend(figure, cells[0][0], styles)
    return figure


def _reach(course: Course) -> tuple[float, float]:
    """Ends of the axis of y: as the means ask for, whatever single runs do."""
    sound = course.frame[course.frame["status"] != "diverged"]
    sound = sound.assign(y=sound["y"].clip(upper=course.top))
    spread = sound.groupby(["dataset", "variant", "x"], sort=False, observed=True)["y"].agg(["mean", "min", "max"])
    levels = course.baseline["y"] if course.baseline is not None else pd.Series(dtype=float)
    return reach(pd.concat([spread["mean"], levels]), spread["min"], spread["max"], course.log)


def _layout(courses: list[Course], heads: dict[str, str]) -> tuple[Figure, list[tuple[Axes, Course, str]]]:
    if len(courses) == 1:
        figure, axes = wrapped(len(heads), _HEIGHT, narrow(len(heads)))
        return figure, [(place, courses[0], dataset) for place, dataset in zip(axes, heads, strict=True)]
    height = _HEIGHT * len(heads) + 0.3
    figure, grid = panels(len(heads), len(courses), height, sharex=True, sharey="col")
    rows = zip(heads, grid, strict=True)
    return figure, [
        (place, course, dataset) for dataset, row in rows for place, course in zip(row, courses, strict=True)
    ]


def _panel(axes: Axes, course: Course, dataset: str, styles: dict[str, dict]) -> None:
    if course.log:
        axes.set_yscale("log", nonpositive="mask")
    part = course.frame[course.frame["dataset"] == dataset]
    for variant, look in styles.items():
        own = part[part["variant"] == variant]
        _mean_and_range(axes, own[own["status"] != "diverged"], variant, look)
        for _, run in own[own["status"] == "diverged"].groupby("seed"):
            _diverged(axes, run.dropna(subset="y"), look)
    if course.baseline is not None:
        reference = course.baseline[course.baseline["dataset"] == dataset]
        axes.plot(reference["x"], reference["y"], color=MUTED, linestyle=":", label=course.guide)


def _scale_x(axes: Axes, xscale: str, values: np.ndarray) -> None:
    if xscale == "integer":
        axes.xaxis.get_major_locator().set_params(integer=True)
    elif xscale == "degrees":
        axes.xaxis.set_major_locator(MultipleLocator(45))
    elif xscale == "log":
        at_values(axes, values)
    else:
        linear_above(axes, values)


def _mean_and_range(axes: Axes, runs: pd.DataFrame, variant: str, look: dict) -> None:
    spread = runs.groupby("x")["y"].agg(["mean", "min", "max"])
    every = max(1, len(spread) // 8)
    axes.plot(spread.index, spread["mean"], label=variant, markevery=every, markersize=3.5, **look)
    look = {"color": look["color"], "alpha": 0.15, "linewidth": 0, "label": f"{BAND}{variant}"}
    axes.fill_between(spread.index, spread["min"], spread["max"], **look)


def _diverged(axes: Axes, run: pd.DataFrame, look: dict) -> None:
    """A run that diverged: a thin line that ends in a cross."""
    axes.plot(run["x"], run["y"], color=look["color"], linestyle=":", linewidth=0.8)
    axes.plot(run["x"].tail(1), run["y"].tail(1), color=look["color"], marker="x", markersize=6, linestyle="none")
