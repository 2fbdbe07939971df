"""Training and validation loss of each variant in a panel of its own, so that the gap between them is seen."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.style import legend, looks, wrapped

_HEIGHT = 1.35  # of a row of panels [inches]
_LINES = {"training": "--", "validation": "-"}


def gaps(frame: pd.DataFrame, heads: dict[str, str], variants: Sequence[str], ylabel: str, top: float) -> Figure:
    """A panel per variant; in it, for each dataset (a colour and a marker), validation loss (a line) and training loss
    (a broken line), means over seeds.

    frame: columns dataset, variant, epoch, training, validation, one row per run and epoch; heads: dataset -> label;
    top: where the axis ends, if a loss goes beyond it.
    """
    figure, panels = wrapped(len(variants), _HEIGHT)
    styles = looks(heads)
    for axes, variant in zip(panels, variants, strict=True):
        part = frame[frame["variant"] == variant]
        for dataset, head in heads.items():
            _lines(axes, part[part["dataset"] == dataset], head, styles[dataset])
        axes.set_title(variant)
        axes.xaxis.get_major_locator().set_params(integer=True)
    for axes in panels:  # they share their axes, so this comes when all is drawn
        axes.set_ylim(0, min(top, axes.get_ylim()[1]))
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(ylabel)
        if axes.xaxis.get_tick_params()["labelbottom"]:
            axes.set_xlabel("epoch")
    legend(figure, panels[0], [f"{head}, {kind}" for head in heads.values() for kind in _LINES])
    return figure


def _lines(axes: Axes, runs: pd.DataFrame, head: str, look: dict) -> None:
    means = runs.groupby("epoch")[list(_LINES)].mean()
    every = max(1, len(means) // 6)
    for kind, line in _LINES.items():
        style = look | {"linestyle": line, "markersize": 3.5 if kind == "validation" else 0}
        axes.plot(means.index, means[kind], label=f"{head}, {kind}", markevery=every, **style)
