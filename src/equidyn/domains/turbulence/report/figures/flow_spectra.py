"""Quantities of a flow by wavenumber: the truth, what networks give, and where the coarse grid ends."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.axes import logarithmic
from equidyn.report.figures.style import INK, MUTED, legend, line_styles, panels

_HEIGHT = 2.1  # of a row of panels [inches]
_SLOPE = -5 / 3  # of the energy between the large and the viscous scales (Kolmogorov 1941)
_GUIDE = "\N{MINUS SIGN}5/3"
_DEEPEST = 1e-7  # what is drawn of a spectrum, over its largest: less is the round-off of the simulation
_ABOVE = 2.0  # of the guide over the truth
_TRUTH = {"label": "truth", "color": INK, "linestyle": "-", "linewidth": 2.6, "alpha": 0.35, "zorder": 2}
_BASELINE = {"label": "trilinear", "color": MUTED, "linestyle": ":", "zorder": 2}


@dataclass(frozen=True)
class Waves:
    """One quantity along wavenumbers.

    frame: columns dataset, variant, x, y, the means over seeds. truth, baseline (of trilinear interpolation): columns
    dataset, x, y, or None. log: whether its axis is logarithmic. guide: whether the slope -5/3 is drawn, above the
    truth.
    """

    frame: pd.DataFrame
    ylabel: str
    truth: pd.DataFrame | None = None
    baseline: pd.DataFrame | None = None
    log: bool = False
    guide: bool = False


def waves(kinds: list[Waves], heads: dict[str, str], cut: float, xlabel: str) -> Figure:
    """A row of panels per dataset and a column per quantity, wavenumbers logarithmic; heads: dataset -> title.

    cut: the largest wavenumber that the coarse grid resolves, an upright line.
    """
    height = _HEIGHT * len(heads) + 0.3
    figure, grid = panels(len(heads), len(kinds), height, sharex=True, sharey="col")
    styles = line_styles(dict.fromkeys(pd.concat([kind.frame for kind in kinds])["variant"]))
    for (dataset, head), row in zip(heads.items(), grid, strict=True):
        for axes, kind in zip(row, kinds, strict=True):
            _panel(axes, kind, dataset, styles, cut)
            axes.set_title(head)
            axes.set_ylabel(kind.ylabel)
    for axes, kind in zip(grid[0], kinds, strict=True):  # the others share their axes
        if kind.log:
            low, high = axes.get_ylim()
            axes.set_ylim(max(low, high * _DEEPEST), high)
            logarithmic(axes.yaxis)
    logarithmic(grid[0, 0].xaxis)
    for axes in grid[-1]:
        axes.set_xlabel(xlabel)
    legend(figure, grid[0, 0], styles)
    return figure


def _panel(axes: Axes, kind: Waves, dataset: str, styles: dict[str, dict], cut: float) -> None:
    axes.set_xscale("log")
    if kind.log:
        axes.set_yscale("log", nonpositive="mask")
    axes.axvline(cut, color=MUTED, linewidth=0.9, linestyle="--", zorder=1, label="end of the coarse grid")
    for frame, look in ((kind.truth, _TRUTH), (kind.baseline, _BASELINE)):
        if frame is not None:
            own = frame[frame["dataset"] == dataset]
            axes.plot(own["x"], own["y"], **look)
    if kind.guide:
        _slope(axes, kind.truth[kind.truth["dataset"] == dataset])
    part = kind.frame[kind.frame["dataset"] == dataset]
    for variant, look in styles.items():
        own = part[part["variant"] == variant]
        axes.plot(own["x"], own["y"], label=variant, markersize=3, markevery=max(1, len(own) // 8), **look)


def _slope(axes: Axes, truth: pd.DataFrame) -> None:
    """The guide, above the truth from its peak on."""
    falling = truth[truth["x"] >= truth["x"].iloc[int(np.argmax(truth["y"]))]]
    start = falling.iloc[0]
    heights = _ABOVE * start["y"] * (falling["x"] / start["x"]) ** _SLOPE
    shown = heights > truth["y"].min()
    axes.plot(falling["x"][shown], heights[shown], color=MUTED, linewidth=0.8, zorder=1)
    end = falling["x"][shown].iloc[-1], 1.3 * heights[shown].iloc[-1]
    axes.text(*end, _GUIDE, color=MUTED, fontsize=7.5, ha="right", va="bottom")
