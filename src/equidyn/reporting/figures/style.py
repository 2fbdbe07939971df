"""One look for all charts: readable in black and white, and by readers who do not see all colours."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, MUTED, RULE = "#1f2328", "#5b6470", "#c9ced6"
PNG_DPI = 150
# Okabe and Ito's colours; marker and line differ too, so that no chart depends on colour alone.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
_SETTINGS = {
    # DejaVu Sans comes with matplotlib, and text is drawn as outlines: the same picture on every machine.
    "font.family": "DejaVu Sans",
    "svg.fonttype": "path",
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
    with mpl.rc_context(_SETTINGS):
        yield


def looks(variants: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Variant -> keyword arguments of `Axes.plot`; the same in every chart of a study."""
    names = list(variants)
    colours, markers, lines = (list(islice(cycle(kind), len(names))) for kind in (_COLOURS, _MARKERS, _LINES))
    return {
        name: {"color": colours[place], "marker": markers[place], "linestyle": lines[place]}
        for place, name in enumerate(names)
    }


def panels(rows: int, columns: int, width: float, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of width x height inches and its axes, (rows, columns)."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def legend(figure: Figure, axes: Axes, names: Iterable[str]) -> None:
    """One legend for all panels, above them, of what `axes` shows; what is not among `names` comes last."""
    entries = zip(*axes.get_legend_handles_labels(), strict=True)
    # matplotlib names plain lines before those with bars; the baselines belong last.
    handles, labels = zip(*sorted(entries, key=lambda entry: entry[1] not in names), strict=True)
    figure.legend(handles, labels, loc="outside upper left", ncols=min(len(labels), 5), handlelength=2.8)


def picture(name: str, caption: str, alt: str, figure: Figure) -> Picture:
    """Render as SVG and PNG; the same figure gives the same bytes."""
    svg, png = io.BytesIO(), io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(svg, format="svg", metadata={"Date": None})
    figure.savefig(png, format="png", dpi=PNG_DPI)
    return Picture(name, caption, alt, {"svg": svg.getvalue(), "png": png.getvalue()})
