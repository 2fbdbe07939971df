"""One look for all charts: readable in black and white, on a phone, and by readers who do not see all colours."""

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from equidyn.core.pictures import drawn_with
from equidyn.report.figures.drawn import numbers
from equidyn.report.figures.svg import smaller

INK, MUTED, RULE = "#1f2328", "#5b6470", "#c9ced6"
WIDTH = 5.6  # of every chart [inches]: a phone shows it at two thirds of its size, so letters stay readable
COLUMNS, NARROW = 2, 3  # of panels side by side, at most; of such with short labels
PNG_DPI = 150
_PLOTTED = "%.6g"  # of plotted numbers: finer than any chart
# Okabe and Ito's colours; marker and line differ too, so that no chart depends on colour alone. Where the colours
# begin again, markers are open.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
_LETTER, _HANDLE, _LINE = 0.07, 0.6, 0.18  # of a legend: width of a letter and of a sample, height of a row [inches]
_GAP = 0.35  # between panels [inches]
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

    name: stem of its files. files: suffix -> bytes; csv: the numbers that are plotted. alt: what it shows, for those
    who do not see it. page: the first of the files as a page shows it that has the legend of all its charts once.
    """

    name: str
    caption: str
    alt: str
    files: dict[str, bytes]
    page: bytes = b""

    def place(self, suffix: str) -> str:
        """Where that file lies in the folder of the report; what is plotted is a table, of which DVC draws no chart."""
        return f"tables/{self.name}--plotted.csv" if suffix == "csv" else f"figures/{self.name}.{suffix}"

    @property
    def shown(self) -> tuple[str, bytes]:
        """Suffix and bytes of the form that the page shows."""
        suffix, content = next(iter(self.files.items()))
        return suffix, self.page or content


@contextmanager
def styled() -> Iterator[None]:
    """Charts made within have the report's look."""
    with drawn_with(_SETTINGS):
        yield


_together: list[str] = []  # the variants of the study that is drawn


@contextmanager
def together(variants: Iterable[str]) -> Iterator[None]:
    """Charts made within give each of these variants one look, and leave their names to a common legend on the page."""
    _together[:] = list(variants)
    try:
        yield
    finally:
        _together.clear()


def line_styles(variants: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Variant -> keyword arguments of `Axes.plot`; the same in every chart of a study (`together`)."""
    names = list(variants)
    if set(names) <= set(_together) and names != _together:
        every = line_styles(_together)
        return {name: every[name] for name in names}
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


def narrow(count: int) -> int:
    """Columns for `count` panels whose axes have short labels."""
    return count if count < NARROW else COLUMNS if count == 2 * COLUMNS else NARROW


def label_below(panels: Sequence[Axes], text: str) -> None:
    """The label of the axes of x: beneath each column, or once where columns are too narrow for it."""
    columns = panels[0].get_subplotspec().get_gridspec().ncols
    if columns > 1 and columns * (_LETTER * len(text) + _GAP) > WIDTH:
        panels[0].figure.supxlabel(text, fontsize=mpl.rcParams["axes.labelsize"])
        return
    for axes in panels:
        if axes.xaxis.get_tick_params()["labelbottom"]:
            axes.set_xlabel(text)


def wrapped(count: int, row_height: float, columns: int | None = None, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels that share their axes, in COLUMNS columns if not said otherwise; rows are row_height
    inches."""
    columns = columns or min(count, COLUMNS)
    rows = math.ceil(count / columns)
    figure, grid = panels(rows, columns, row_height * rows + 0.3, **({"sharex": True, "sharey": True} | options))
    for spare in grid.flat[count:]:
        spare.set_visible(False)
    for above in grid.flat[count - columns : count]:  # what stands above a spare panel ends its column
        above.xaxis.set_tick_params(labelbottom=True)
    return figure, list(grid.flat[:count])


def legend(figure: Figure, axes: Axes, names: Iterable[str]) -> None:
    """One legend for all panels, above them, of what `axes` shows; what is not among `names` comes last.

    The figure grows by what the legend's rows need. What a common legend of the page names is left out there.
    """
    names = list(names)
    handles, labels = axes.get_legend_handles_labels()
    # matplotlib names plain lines before those with bars; the order is that of `names`, and baselines belong last.
    order = sorted(range(len(labels)), key=lambda at: names.index(labels[at]) if labels[at] in names else len(names))
    whole = [(handles[at], labels[at]) for at in order]
    figure.page_legend = [entry for entry in whole if entry[1] not in _together]  # read by `picture`
    _legend(figure, whole)


def _legend(figure: Figure, entries: list[tuple[Any, str]]) -> None:
    if not entries:
        return
    handles, labels = zip(*entries, strict=True)
    columns = next(count for count in (5, 4, 3, 2, 1) if count == 1 or _width(list(labels), count) < WIDTH)
    figure.set_figheight(figure.get_figheight() + _LINE * math.ceil(len(labels) / columns))
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, handlelength=2.8, columnspacing=1.2)


def _width(labels: list[str], columns: int) -> float:
    """Of a legend whose columns are filled one after the other [inches]; the first ones may be one longer."""
    rest, widths = list(labels), []
    for column in range(min(columns, len(labels))):
        rows = math.ceil(len(rest) / (columns - column))
        widths.append(_HANDLE + _LETTER * max(map(len, rest[:rows])))
        rest = rest[rows:]
    return sum(widths)


def picture(name: str, caption: str, alt: str, figure: Figure) -> Picture:
    """Render as SVG and PNG, with the plotted numbers as CSV; the same figure gives the same bytes."""
    shorter, engine = getattr(figure, "page_legend", None), figure.get_layout_engine()
    height = figure.get_figheight()
    if engine:
        engine.execute(figure)
        figure.set_layout_engine(None)  # laid out once; each form would do it again, and draw twice for it
    png, table = io.BytesIO(), numbers(figure)
    files = {"svg": _svg(name, figure)}
    figure.savefig(png, format="png", dpi=PNG_DPI)
    files |= {"png": png.getvalue()}
    if len(table):
        files |= {"csv": table.to_csv(index=False, float_format=_PLOTTED).encode()}
    page = b""
    if engine and shorter is not None and figure.legends and len(shorter) < len(figure.legends[0].get_texts()):
        page = _shorter(name, figure, shorter, height)
    return Picture(name, caption, alt, files, page)


def _shorter(name: str, figure: Figure, entries: list[tuple[Any, str]], height: float) -> bytes:
    """The same with these in its legend alone."""
    legend = figure.legends[0]
    rows = math.ceil(len(legend.get_texts()) / legend._ncols)
    legend.remove()
    figure.set_figheight(height - _LINE * rows)
    _legend(figure, entries)
    figure.set_layout_engine("constrained")
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine(None)
    return _svg(name, figure)


def _svg(name: str, figure: Figure) -> bytes:
    svg = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(svg, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return smaller(svg.getvalue())


def legend_of(variants: Iterable[str]) -> list[tuple[str, str, str, str, str]]:
    """Variant, colour, fill of its mark, the mark as a path of SVG about 0 (10 wide), dashes of its line, in order."""
    found = []
    for name, look in line_styles(variants).items():
        style = MarkerStyle(look["marker"])
        path = style.get_path().transformed(style.get_transform() + Affine2D().scale(9, -9))
        line = mpl.lines.Line2D([], [], linestyle=look["linestyle"], linewidth=1.5)
        dashes = " ".join(f"{1.5 * part:.3g}" for part in (line._unscaled_dash_pattern[1] or ()))
        found.append((name, look["color"], look["markerfacecolor"], _outline(path), dashes))
    return found


def _outline(path: Path) -> str:
    """A path of matplotlib in the words of SVG."""
    letters = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}
    parts = []
    for points, code in path.iter_segments(simplify=False):
        parts.append(letters[code] + ("" if code == Path.CLOSEPOLY else " ".join(f"{value:.2f}" for value in points)))
    return "".join(parts)
