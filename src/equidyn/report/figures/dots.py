"""Numbers side by side for a few cases: one row per case, one mark per series, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.axes import logarithmic, name_rows, reach
from equidyn.report.figures.style import INK, MUTED, legend, wrapped

_ROW, _REST = 0.25, 0.7  # height of a row, and of all else about a panel [inches]
_APART = 0.5  # of a row's height, for marks that stand apart
_MARKS = (
    {"marker": "o", "color": INK},
    {"marker": "s", "color": "#0072b2", "markerfacecolor": "white"},
    {"marker": "D", "color": "#d55e00", "markerfacecolor": "#f7d9c4"},
    {"marker": "^", "color": "#009e73", "markerfacecolor": "white"},
)


@dataclass(frozen=True)
class Series:
    """One kind of number; frame: columns dataset, variant, mean, and low and high where there are intervals."""

    label: str
    frame: pd.DataFrame
    look: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Guide:
    """An upright line that all cases of a dataset share; values: dataset -> where it stands."""

    label: str
    values: dict[str, float]
    look: dict[str, Any] = field(default_factory=dict)


def dots(
    series: list[Series],
    heads: dict[str, str],
    rows: list[str],
    xlabel: str,
    *,
    log: bool = False,
    apart: bool = False,
    guides: Sequence[Guide] = (),
    span: tuple[float, float] | None = None,
) -> Figure:
    """A panel per dataset; heads: dataset -> title; rows: names of the cases, from the top.

    apart: whether the series stand in slots of their own within a row, as equal numbers would hide each other. span:
    ends of the axis, beyond which intervals are cut; None: those of all that is drawn.
    """
    figure, panels = _panels(heads, rows, high=1.3 if apart else 1.0)
    ends = span or _ends(series, guides, log)
    slots = np.linspace(-_APART / 2, _APART / 2, len(series)) if apart else np.zeros(len(series))
    for axes, dataset in zip(panels, heads, strict=True):
        for one, look, slot in zip(series, _MARKS, slots, strict=False):
            _marks(axes, one.frame[one.frame["dataset"] == dataset], rows, one.label, look | one.look, slot)
        for guide in guides:
            axes.axvline(guide.values[dataset], label=guide.label, **{"color": MUTED, "zorder": 1} | guide.look)
        if log:
            axes.set_xscale("log", nonpositive="mask")
        axes.set_xlim(ends)
        if log:
            logarithmic(axes.xaxis)
    _finish(figure, panels, rows, xlabel, [one.label for one in series])
    return figure


def _ends(series: Sequence[Series], guides: Sequence[Guide], log: bool) -> tuple[float, float]:
    """Of the axis, for all that is drawn."""
    frame = pd.concat([one.frame.reindex(columns=["mean", "low", "high"]).astype(float) for one in series])
    levels = pd.Series([level for guide in guides for level in guide.values.values()], dtype=float)
    return reach(pd.concat([frame["mean"], levels]), frame["low"], frame["high"], log)


def _panels(heads: dict[str, str], rows: list[str], high: float = 1.0) -> tuple[Figure, list[Axes]]:
    figure, axes = wrapped(len(heads), _REST + _ROW * high * len(rows))
    for place, title in zip(axes, heads.values(), strict=True):
        place.set_title(title)
    return figure, axes


def _marks(axes: Axes, frame: pd.DataFrame, rows: list[str], label: str, look: dict[str, Any], slot: float) -> None:
    style = {"linestyle": "none", "markersize": 5} | look
    axes.errorbar(frame["mean"], _places(frame, rows) + slot, xerr=_sides(frame), label=label, **style)


def _places(frame: pd.DataFrame, rows: list[str]) -> pd.Series:
    return frame["variant"].map({name: place for place, name in enumerate(rows)}).astype(float)


def _sides(frame: pd.DataFrame) -> np.ndarray | None:
    """Lengths of the intervals to both sides, 0 where there is none."""
    if "low" not in frame:
        return None
    sides = [frame["mean"] - frame["low"], frame["high"] - frame["mean"]]
    return np.nan_to_num(np.array(sides, dtype=float))


def _finish(figure: Figure, panels: list[Axes], rows: list[str], xlabel: str, labels: list[str]) -> None:
    for place in panels:
        place.grid(True, axis="x")
        name_rows(place, rows)
    figure.supxlabel(xlabel, fontsize=mpl.rcParams["axes.labelsize"])  # once: side by side, long ones would collide
    for place in panels[1:]:
        if not place.get_subplotspec().is_first_col():
            place.tick_params(labelleft=False)
    if len(panels[0].get_legend_handles_labels()[1]) > 1:
        legend(figure, panels[0], labels)
