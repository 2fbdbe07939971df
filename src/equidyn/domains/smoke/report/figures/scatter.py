"""The error that networks learned against the error of their data."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.axes import logarithmic
from equidyn.report.figures.style import MUTED, legend, looks, panels

_LOWEST = 1e-17


def learned_against_data(summary: pd.DataFrame, data: dict[str, float], heads: dict[str, str]) -> Figure:
    """summary: as from `statistics.over_seeds`; data: dataset -> error of the data; heads: dataset -> label."""
    figure, grid = panels(1, 1, 3.3)
    axes = grid[0, 0]
    floor = lowest(summary["mean"])
    for variant, look in looks(dict.fromkeys(summary["variant"])).items():
        part = summary[summary["variant"] == variant].assign(at=lambda rows: rows["dataset"].map(data))
        part = part.sort_values("at", kind="stable")
        mean = part["mean"].clip(lower=floor)
        below = (mean - part["low"].clip(lower=floor)).fillna(0).clip(lower=0)
        axes.errorbar(part["at"], mean, yerr=[below, (part["high"] - mean).fillna(0)], label=variant, **look)
    line = np.geomspace(1e-3, 1.0, 200) * np.nanmax([*data.values(), 1e-3])
    axes.plot(line, line, color=MUTED, linestyle=(0, (1, 2)), label="equal to the data's")
    axes.set_yscale("log")
    axes.set_ylim(bottom=floor / 1.5)
    logarithmic(axes.yaxis)
    axes.set(xlabel="equivariance error of the data, relative (pairwise) [1]")
    axes.set(ylabel="learned error, relative (pairwise) [1]")
    _name_levels(axes, data, heads)
    legend(figure, axes, dict.fromkeys(summary["variant"]))
    return figure


def lowest(means: pd.Series) -> float:
    """Where a logarithmic axis ends: what is at or below 0, a mean or the end of an interval, is drawn there."""
    positive = means[means > 0]
    return max(_LOWEST, positive.min() / 10) if len(positive) else _LOWEST


def _name_levels(axes: Axes, data: dict[str, float], heads: dict[str, str]) -> None:
    """The levels' names on a second axis above, where the data's errors lie."""
    above = axes.secondary_xaxis("top")
    known = [name for name in heads if math.isfinite(data[name])]
    above.set_xticks([data[name] for name in known], [heads[name] for name in known])
    above.tick_params(length=3)
