"""One look for all charts: readable in black and white, on a phone, and by readers who do not see all colours."""

import io
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.core.pictures import drawn_with

INK, MUTED, RULE = "#1f2328", "#5b6470", "#c9ced6"
WIDTH = 5.6  # of every chart [inches]: a phone shows it at two thirds of its size, so letters stay readable
COLUMNS = 2  # of panels side by side, at most
PNG_DPI = 150
# Okabe and Ito's colours; marker and line differ too, so that no chart depends on colour alone. Where the colours
# begin again, markers are open.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
_LETTER, _HANDLE, _LINE = 0.07, 0.6, 0.18  # of a legend: width of a letter and of a sample, height of a row [inches]
_DECIMALS = re.compile(r"(\.\d\d)\d+")  # of a coordinate, in hundredths of a point and beyond
_PATHS = re.compile(r' d="[^"]*"')
_SETTINGS = {
    # matplotlib brings DejaVu Sans, and measures by it. In SVG text stays text: outlines are as long as all the rest.
    # Where a reader has no DejaVu Sans, Verdana has letters of nearly the same widths.
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "svg.fonttype": "none",
    "text.hinting": "none",  # with it, letters are wider at some resolutions than at that of the layout
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#e6e9ed",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "lines.linewidth": 1.5,
    "lines.markersize": 5,
    "errorbar.capsize": 2.5,
}


@dataclass(frozen=True)
class Picture:
    """A finished picture.

    name: stem of its files. files: suffix -> bytes; the first is the one shown on the page. alt: what it shows, for
    those who do not see it.
    """

    name: str
    caption: str
    alt: str
    files: dict[str, bytes]

    @property
    def shown(self) -> tuple[str, bytes]:
        """Suffix and bytes of the form that the page shows."""
        return next(iter(self.files.items()))


@contextmanager
def styled() -> Iterator[None]:
    """Charts made within have the report's look."""
    with drawn_with(_SETTINGS):
        yield


def line_styles(variants: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Variant -> keyword arguments of `Axes.plot`; the same in every chart of a study."""
    names = list(variants)
    colours, markers, lines = (list(islice(cycle(kind), len(names))) for kind in (_COLOURS, _MARKERS, _LINES))
    return {
        name: {
            "color": colours[place],
            "marker": markers[place],
            "linestyle": lines[place],
            "markerfacecolor": colours[place] if (place // len(_COLOURS)) % 2 == 0 else "white",
        }
        for place, name in enumerate(names)
    }


def panels(rows: int, columns: int, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of the common width, `height` inches high, and its axes, (rows, columns)."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def wrapped(count: int, row_height: float, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels that share their axes, in at most COLUMNS columns; rows are row_height inches."""
    columns = min(count, COLUMNS)
    rows = math.ceil(count / columns)
    figure, grid = panels(rows, columns, row_height * rows + 0.3, **({"sharex": True, "sharey": True} | options))
    for spare in grid.flat[count:]:
        spare.set_visible(False)
    for above in grid.flat[count - columns : count]:  # what stands above a spare panel ends its column
        above.xaxis.set_tick_params(labelbottom=True)
    return figure, list(grid.flat[:count])


def legend(figure: Figure, axes: Axes, names: Iterable[str]) -> None:
    """One legend for all panels, above them, of what `axes` shows; what is not among `names` comes last.

    The figure grows by what the legend's rows need.
    """
    names = list(names)
    handles, labels = axes.get_legend_handles_labels()
    # matplotlib names plain lines before those with bars; the order is that of `names`, and baselines belong last.
    order = sorted(range(len(labels)), key=lambda at: names.index(labels[at]) if labels[at] in names else len(names))
    chosen = ([handles[at] for at in order], [labels[at] for at in order])
    columns = next(count for count in (5, 4, 3, 2, 1) if count == 1 or _width(chosen[1], count) < WIDTH)
    figure.set_figheight(figure.get_figheight() + _LINE * math.ceil(len(labels) / columns))
    figure.legend(*chosen, loc="outside upper left", ncols=columns, handlelength=2.8, columnspacing=1.2)


def _width(labels: list[str], columns: int) -> float:
    """Of a legend whose columns are filled one after the other [inches]; the first ones may be one longer."""
    rest, widths = list(labels), []
    for column in range(min(columns, len(labels))):
        rows = math.ceil(len(rest) / (columns - column))
        widths.append(_HANDLE + _LETTER * max(map(len, rest[:rows])))
        rest = rest[rows:]
    return sum(widths)


def picture(name: str, caption: str, alt: str, figure: Figure) -> Picture:
    """Render as SVG and PNG; the same figure gives the same bytes."""
    if layout := figure.get_layout_engine():
        layout.execute(figure)
        figure.set_layout_engine(None)  # laid out once; each form would do it again, and draw twice for it
    svg, png = io.BytesIO(), io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(svg, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    figure.savefig(png, format="png", dpi=PNG_DPI)
    return Picture(name, caption, alt, {"svg": _rounded(svg.getvalue()), "png": png.getvalue()})


def _rounded(svg: bytes) -> bytes:
    """Paths to a hundredth of a point, which takes a third off the file."""
    return _PATHS.sub(lambda found: _DECIMALS.sub(r"\1", found[0]), svg.decode()).encode()
