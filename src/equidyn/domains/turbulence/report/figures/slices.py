"""Slices of a flow side by side: speed, and beneath each answer where it is wrong; one scale for each of the two."""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from equidyn.report.figures.style import MUTED, WIDTH
from equidyn.report.labels import wrapped_name

_COLUMNS = 5  # of pictures side by side, at most
_GAP = 0.06  # between pictures, in sides of a picture
_HEAD = 0.36  # room for the names above a row [inches]
_SIDES, _BARS = 0.1, 0.62  # room to the left, and for the scales below [inches]
_MAPS = {"speed": "viridis", "error": "magma"}  # lighter is more, in grey as well
_SHADES = 64  # of each; more would make larger files, and not be told apart


@dataclass(frozen=True)
class Pane:
    """One field: its name, its speed (y, x), and where it is wrong (y, x); None: it is no answer."""

    name: str
    speed: np.ndarray
    error: np.ndarray | None = None


def slices(panes: list[Pane], unit: str) -> Figure:
    """Panes in rows of at most five, each with the speed above and the error below; all of them have the same shape.

    The speeds share one colour scale, which ends at the largest of the first pane, the truth; so do the errors, up to
    the largest of them. What is not finite is left blank.
    """
    side = panes[0].speed.shape[-1]
    scales = {"speed": _top(panes[:1], "speed"), "error": _top(panes, "error")}
    lines = [panes[start : start + _COLUMNS] for start in range(0, len(panes), _COLUMNS)]
    picture = (WIDTH - _SIDES) / (_COLUMNS + _GAP * (_COLUMNS - 1))  # side of a picture [inches]
    row = _HEAD + picture * (2 + 2 * _GAP)
    figure = Figure(figsize=(WIDTH, row * len(lines) + _BARS))
    for place, line in enumerate(lines):
        _line(figure, line, (place * row, picture), scales, side)
    for kind, left in zip(_MAPS, (0.04, 0.54), strict=True):
        label = f"{kind} [{unit}]" if kind == "speed" else f"|answer − truth| [{unit}]"
        _bar(figure, kind, scales[kind], left, label)
    return figure


def _top(panes: list[Pane], kind: str) -> float:
    """The largest finite value."""
    fields = [field for pane in panes if (field := getattr(pane, kind)) is not None]
    return max((float(field[np.isfinite(field)].max(initial=0.0)) for field in fields), default=0.0) or 1.0


def _line(figure: Figure, line: list[Pane], measures: tuple[float, float], scales: dict[str, float], side: int) -> None:
    """One row of panes; measures: where it begins from the top, and the side of a picture [inches]."""
    top, picture = measures
    width, height = figure.get_size_inches()
    for kind, below in (("speed", 0.0), ("error", 1 + _GAP)):
        fields = [getattr(pane, kind) for pane in line]
        mosaic = _mosaic(fields, side)
        high = mosaic.shape[1] / side * picture / width
        lower = 1 - (top + _HEAD + (below + 1) * picture) / height
        axes = figure.add_axes((_SIDES / 2 / width, lower, high, picture / height))
        _show(axes, mosaic, kind, scales[kind])
        if kind == "speed":
            for place, pane in enumerate(line):
                middle = (place * (1 + _GAP) + 0.5) * side
                axes.text(middle, side * 1.04, wrapped_name(pane.name), ha="center", va="bottom", fontsize=8)


def _mosaic(fields: list[np.ndarray | None], side: int) -> np.ndarray:
    """Fields side by side, (y, x); NaN between them and where there is none."""
    step = side + round(_GAP * side)
    canvas = np.full((side, step * (len(fields) - 1) + side), np.nan)
    for place, field in enumerate(fields):
        if field is not None:
            canvas[:, place * step : place * step + side] = field
    return canvas


def _show(axes: Axes, mosaic: np.ndarray, kind: str, top: float) -> AxesImage:
    axes.set_axis_off()
    shown = np.ma.masked_invalid(mosaic)
    look = {
        "cmap": _colours(kind),
        "vmin": 0,
        "vmax": top,
        "interpolation": "none",
        "origin": "lower",
        "aspect": "auto",
    }
    return axes.imshow(shown, extent=(0, mosaic.shape[1], 0, mosaic.shape[0]), **look)


def _colours(kind: str) -> Colormap:
    return colormaps[_MAPS[kind]].resampled(_SHADES)


def _bar(figure: Figure, kind: str, top: float, left: float, label: str) -> None:
    """A colour scale at the bottom of the figure."""
    height = figure.get_figheight()
    axes = figure.add_axes((left, 0.44 / height, 0.42, 0.08 / height))
    axes.imshow(np.linspace(0, 1, 256)[None], cmap=_colours(kind), extent=(0, top, 0, 1), aspect="auto")
    axes.set(yticks=[], xlabel=label)
    axes.grid(False)
    axes.spines[:].set_edgecolor(MUTED)
