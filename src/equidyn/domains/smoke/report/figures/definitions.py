"""Two definitions of one number: per variant against each other, and both at a question whose answer is known."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from equidyn.report.figures.axes import logarithmic
from equidyn.report.figures.style import INK, legend, looks, panels


@dataclass(frozen=True)
class Courses:
    """Right panel. x: where; lines: label -> heights; title, and labels of both axes."""

    x: tuple[int, ...]
    lines: dict[str, list[float]]
    title: str
    xlabel: str
    ylabel: str


def against(points: pd.DataFrame, title: str, xlabel: str, ylabel: str, known: Courses) -> Figure:
    """points: columns variant, x, y (one row per dataset and variant), on logarithmic axes."""
    figure, grid = panels(1, 2, 2.8)
    left, right = grid[0]
    styles = looks(dict.fromkeys(points["variant"]))
    for variant, look in styles.items():
        part = points[points["variant"] == variant]
        left.plot(part["x"], part["y"], label=variant, **look | {"linestyle": "none"})
    for (label, heights), dash, marker in zip(known.lines.items(), ("-", "--"), ("o", "s"), strict=True):
        right.plot(known.x, heights, color=INK, linestyle=dash, marker=marker)
        right.annotate(label, (known.x[0], heights[0]), (4, 6), textcoords="offset points", fontsize=8)
    left.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel, title=title)
    right.set(xscale="log", yscale="log", xlabel=known.xlabel, ylabel=known.ylabel, title=known.title)
    right.set_ylim(top=max(map(max, known.lines.values())) * 4)
    for axis in (left.xaxis, left.yaxis, right.yaxis):
        logarithmic(axis)
    right.set_xticks(known.x, [str(side) for side in known.x])
    right.xaxis.set_minor_locator(NullLocator())
    legend(figure, left, styles)
    return figure
