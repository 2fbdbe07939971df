"""Errors of each layer of a net against how far its images were shifted: a panel per layer."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.style import INK, MUTED, label_below, legend, wrapped

_HEIGHT = 1.5  # of a row of panels [inches]
_LOOKS = (
    {"color": INK, "linestyle": "-", "marker": "o"},
    {"color": "#0072b2", "linestyle": "--", "marker": "s"},
)
_SIZE = 4.5  # of a mark [points]


def shifts(lines: dict[str, pd.DataFrame], strides: dict[str, int], ylabel: str, baseline: str) -> Figure:
    """Mean over runs, with their range as a band; marks at whole multiples of a layer's stride are filled.

    lines: name -> columns layer, x [pixels], y, one row per run, layer and shift; two at most. strides: layer -> pixels
    of the image per pixel of its map; layers without one have filled marks only. baseline: name of the line at y = 1.
    """
    layers = list(dict.fromkeys(layer for frame in lines.values() for layer in frame["layer"]))
    figure, panels = wrapped(len(layers), _HEIGHT)
    for axes, layer in zip(panels, layers, strict=True):
        stride = strides.get(layer)
        for (name, frame), look in zip(lines.items(), _LOOKS, strict=False):
            _line(axes, frame[frame["layer"] == layer], name, look, stride or 1)
        axes.axhline(1, color=MUTED, linestyle=":", label=baseline, zorder=1)
        axes.set_title(layer if stride is None else f"{layer} (stride {stride} px)")
        axes.xaxis.get_major_locator().set_params(integer=True)
    for axes in panels:  # they share their axes, so this comes when all is drawn
        axes.set_ylim(-0.05 * axes.get_ylim()[1], max(1.1, axes.get_ylim()[1]))
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(ylabel)
    label_below(panels, "shift [pixels]")
    legend(figure, panels[0], lines)
    return figure


def _line(axes: Axes, runs: pd.DataFrame, name: str, look: dict, stride: int) -> None:
    spread = runs.groupby("x")["y"].agg(["mean", "min", "max"])
    axes.plot(spread.index, spread["mean"], label=name, markersize=_SIZE, **look)
    axes.fill_between(spread.index, spread["min"], spread["max"], color=look["color"], alpha=0.15, linewidth=0)
    between = spread[spread.index % stride != 0]
    empty = {"linestyle": "none", "markerfacecolor": "white", "markersize": _SIZE, "zorder": 3}
    axes.plot(between.index, between["mean"], color=look["color"], marker=look["marker"], **empty)
