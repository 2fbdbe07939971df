"""Curves over epochs or steps: mean and range over seeds, one panel per dataset."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from equidyn.reporting.figures.style import MUTED, legend, looks, panels


@dataclass(frozen=True)
class Row:
    """One row of panels.

    frame: columns dataset, variant, seed, status, x, y. baseline: columns dataset, x, y, or None.
    """

    frame: pd.DataFrame
    ylabel: str
    log: bool = False
    baseline: pd.DataFrame | None = None


def curves(rows: list[Row], heads: dict[str, str], xlabel: str) -> Figure:
    """One row of panels per Row, one column per dataset; heads: dataset -> panel title, in order."""
    width = max(6.8, 2.6 * len(heads))
    figure, grid = panels(len(rows), len(heads), width, 0.7 + 2.3 * len(rows), sharex=True, sharey="row")
    for row, line in zip(rows, grid, strict=True):
        for (dataset, title), axes in zip(heads.items(), line, strict=True):
            _panel(axes, row, dataset)
            if row is rows[0]:
                axes.set_title(title)
        line[0].set_ylabel(row.ylabel)
    for axes in grid[-1]:
        axes.set_xlabel(xlabel)
        axes.xaxis.get_major_locator().set_params(integer=True)
    legend(figure, grid[0, 0], set(rows[0].frame["variant"]))
    return figure


def _panel(axes: Axes, row: Row, dataset: str) -> None:
    if row.log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    part = row.frame[row.frame["dataset"] == dataset]
    for variant, look in looks(dict.fromkeys(row.frame["variant"])).items():
        own = part[part["variant"] == variant]
        _mean_and_range(axes, own[own["status"] != "diverged"], variant, look)
        for _, run in own[own["status"] == "diverged"].groupby("seed"):
            _diverged(axes, run.dropna(subset="y"), look)
    if row.baseline is not None:
        reference = row.baseline[row.baseline["dataset"] == dataset]
        axes.plot(reference["x"], reference["y"], color=MUTED, linestyle=":", label="persistence")


def _mean_and_range(axes: Axes, runs: pd.DataFrame, variant: str, look: dict) -> None:
    spread = runs.groupby("x")["y"].agg(["mean", "min", "max"])
    every = max(1, len(spread) // 8)
    axes.plot(spread.index, spread["mean"], label=variant, markevery=every, markersize=3.5, **look)
    axes.fill_between(spread.index, spread["min"], spread["max"], color=look["color"], alpha=0.15, linewidth=0)


def _diverged(axes: Axes, run: pd.DataFrame, look: dict) -> None:
    """A run that diverged: a thin line that ends in a cross."""
    axes.plot(run["x"], run["y"], color=look["color"], linestyle=":", linewidth=0.8)
    axes.plot(run["x"].tail(1), run["y"].tail(1), color=look["color"], marker="x", markersize=6, linestyle="none")
