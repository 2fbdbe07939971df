"""What a variant reaches against what it costs: one mark per variant, and a line that none can pass, if it is known."""

import math

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from equidyn.report.figures.axes import logarithmic
from equidyn.report.figures.dots import Guide
from equidyn.report.figures.style import MUTED, legend, line_styles, wrapped
from equidyn.report.numbers import power

_HEIGHT = 2.6  # of a row of panels [inches]
_ROOM = 2.0  # factor between the outermost marks and the ends of the axis


def tradeoff(
    summary: pd.DataFrame,
    costs: dict[str, float],
    heads: dict[str, str],
    labels: tuple[str, str],
    limit: Guide | None = None,
) -> Figure:
    """A panel per dataset, the cost logarithmic; heads: dataset -> title; labels: of the axes x and y.

    summary: as from `statistics.over_seeds`; costs: variant -> x, of all variants of the study, whose range the axis
    has; limit: y of a line across each panel, if there is one.
    """
    figure, panels = wrapped(len(heads), _HEIGHT)
    styles = line_styles(dict.fromkeys(summary["variant"]))
    for axes, (dataset, head) in zip(panels, heads.items(), strict=True):
        rows = summary[summary["dataset"] == dataset].set_index("variant")
        for variant, mean in rows["mean"].items():
            axes.plot(costs[variant], mean, label=variant, **styles[variant] | {"linestyle": "none"})
        if limit:
            axes.axhline(limit.values[dataset], label=limit.label, **{"color": MUTED, "zorder": 1} | limit.look)
        axes.set_title(head)
        axes.set_xscale("log")
        axes.set_xlim(_ends(list(costs.values())))
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(labels[1])
        if axes.xaxis.get_tick_params()["labelbottom"]:
            axes.set_xlabel(labels[0])
    for axes in panels:
        logarithmic(axes.xaxis)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))
    legend(figure, panels[0], styles)
    return figure


def _ends(costs: list[float]) -> tuple[float, float]:
    """Of an axis for these costs: somewhat beyond them, and no less than a decade."""
    middle, half = math.sqrt(min(costs) * max(costs)), math.sqrt(max(costs) / min(costs))
    reach = max(half * _ROOM, math.sqrt(10))
    return middle / reach, middle * reach
