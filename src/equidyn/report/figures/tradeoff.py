"""What a variant reaches against what it costs: one mark per variant, and a line that none can pass, if it is known."""

import math
from collections.abc import Iterable, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from equidyn.report.figures.axes import logarithmic
from equidyn.report.figures.dots import Guide
from equidyn.report.figures.style import MUTED, RULE, label_below, legend, line_styles, narrow, wrapped
from equidyn.report.numbers import power

_HEIGHT = 2.6  # of a row of panels [inches]
_ROOM = 2.0  # factor between the outermost marks and the ends of the axis
_TICKS = 4  # that a narrow panel has room for
_PLAIN = 1e3  # where an axis ends that needs no powers of ten


def tradeoff(
    summary: pd.DataFrame,
    whole: pd.DataFrame,
    heads: dict[str, str],
    labels: tuple[str, str],
    limit: Guide | None = None,
    *,
    uprights: Sequence[Guide] = (),
    floor: float = 0.0,
    log: bool = False,
) -> Figure:
    """A panel per dataset, the cost logarithmic; heads: dataset -> title; labels: of the axes x and y.

    summary: as from `statistics.over_seeds`, and x, the cost; whole: the same of all variants of the study, whose range
    the axis has; those not in `summary` are small and grey, without names. limit: y of a line across each panel, if
    there is one; uprights: x of others. floor: x below which there are no ticks. log: whether y is logarithmic too.
    """
    figure, panels = wrapped(len(heads), _HEIGHT, narrow(len(heads)))
    styles = line_styles(dict.fromkeys(summary["variant"]))
    others = whole[~whole["variant"].isin(list(styles))]
    for axes, (dataset, head) in zip(panels, heads.items(), strict=True):
        behind = others[others["dataset"] == dataset]
        axes.plot(behind["x"], behind["mean"], linestyle="none", marker="o", color=RULE, markersize=3.5)
        for row in summary[summary["dataset"] == dataset].itertuples():
            axes.plot(row.x, row.mean, label=row.variant, **styles[row.variant] | {"linestyle": "none"})
        if limit:
            axes.axhline(limit.values[dataset], label=limit.label, **{"color": MUTED, "zorder": 1} | limit.look)
        for guide in uprights:
            axes.axvline(guide.values[dataset], label=guide.label, **{"color": MUTED, "zorder": 1} | guide.look)
        axes.set_title(head)
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(labels[1])
    label_below(panels, labels[0])
    ends = _ends([*whole["x"], *(guide.values[dataset] for guide in uprights for dataset in heads)])
    for axes in panels:
        _scale(axes, ends, floor, log)
    legend(figure, panels[0], styles)
    return figure


def _scale(axes: Axes, ends: tuple[float, float], floor: float, log: bool) -> None:
    axes.set_xscale("log")
    axes.set_xlim(ends)
    logarithmic(axes.xaxis)
    ticks = [place for place in axes.get_xticks() if ends[0] <= place <= ends[1] and place >= floor]
    axes.xaxis.set_major_locator(FixedLocator(ticks[:: 2 if len(ticks) > _TICKS else 1]))
    if ends[1] > _PLAIN:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))
    if log:
        axes.set_yscale("log", nonpositive="mask")
        logarithmic(axes.yaxis)


def _ends(costs: Iterable[float]) -> tuple[float, float]:
    """Of an axis for these costs: somewhat beyond them, and no less than a decade."""
    found = [cost for cost in costs if math.isfinite(cost)]
    middle, half = math.sqrt(min(found) * max(found)), math.sqrt(max(found) / min(found))
    reach = max(half * _ROOM, math.sqrt(10))
    return middle / reach, middle * reach
