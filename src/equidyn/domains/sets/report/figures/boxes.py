"""Spread of many numbers per variant: least, middle half, median and largest; one row per variant."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.axes import name_rows, signed
from equidyn.report.figures.style import INK, legend, wrapped

_ROW, _REST = 0.33, 0.75  # height of a row, and of all else about a panel [inches]
_SHADES = ({"color": "white"}, {"color": "#aab2bd"}, {"color": "#f3c8a8", "hatch": "////"})
_LINEAR = 1e2  # the largest number over where the axis ceases to be linear


@dataclass(frozen=True)
class Boxes:
    """One kind of box; frame: columns dataset, variant, least, lower, middle, upper, largest."""

    label: str
    frame: pd.DataFrame


def boxes(kinds: list[Boxes], heads: dict[str, str], rows: list[str], xlabel: str) -> Figure:
    """A panel per dataset; per variant and kind a line from least to largest, a box for the middle half, and a bar at
    the median. The axis is linear about 0 and logarithmic beyond, on both sides."""
    figure, panels = wrapped(len(heads), _REST + _ROW * len(rows))
    every = pd.concat([kind.frame for kind in kinds])
    low, high = min(0.0, float(every["least"].min())), float(every["largest"].max())
    unit = max(-low, high) / _LINEAR or 1.0
    for axes, (dataset, head) in zip(panels, heads.items(), strict=True):
        for slot, (kind, shade) in enumerate(zip(kinds, _SHADES, strict=False)):
            frame = kind.frame[kind.frame["dataset"] == dataset]
            at = frame["variant"].map({name: place for place, name in enumerate(rows)}).astype(float)
            _boxes(axes, frame, at + (slot - (len(kinds) - 1) / 2) * 0.8 / len(kinds), 0.7 / len(kinds), kind, shade)
        axes.set_xscale("asinh", linear_width=unit)
        signed(axes.xaxis, unit, low, high)
        axes.set(title=head, ylim=(len(rows) - 0.5, -0.5))
        name_rows(axes, rows)
        axes.grid(True, axis="x")
        axes.axvline(0, color=INK, linewidth=0.7, linestyle=":")
        if axes.xaxis.get_tick_params()["labelbottom"]:
            axes.set_xlabel(xlabel)
    legend(figure, panels[0], [kind.label for kind in kinds])
    return figure


def _boxes(axes: Axes, frame: pd.DataFrame, at: pd.Series, thick: float, kind: Boxes, shade: dict[str, str]) -> None:
    axes.hlines(at, frame["least"], frame["largest"], color=INK, linewidth=0.7)
    width = frame["upper"] - frame["lower"]
    look = {"edgecolor": INK, "linewidth": 0.7, "label": kind.label, "zorder": 2} | shade
    axes.barh(at, width, thick, left=frame["lower"], **look)
    axes.vlines(frame["middle"], at - thick / 2, at + thick / 2, color=INK, linewidth=1.8, zorder=3)
