"""A number for each of the 24 rotations of the cube: maps with one column per rotation, sorted by axis and angle."""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from equidyn.report.figures.axes import logarithmic, name_rows
from equidyn.report.figures.style import INK, MUTED, panels
from equidyn.symmetry.cube_names import element_name, sorted_elements, turns

_ROW, _REST, _NAMES, _SCALE = 0.23, 0.42, 1.1, 0.75  # rows, rest of a panel, names below, the scale [inches]
_SHADES = "Blues"  # darker is more, in grey as well
_LOW = 1e-3  # of the largest, where a logarithmic scale begins at the lowest
_NARROW = 0.01  # half width of a scale about 1, at least


@dataclass(frozen=True)
class Map:
    """values: (row, 24), in the order of groups.CUBE; NaN is left blank. marked: row -> rotation with a cross."""

    title: str
    rows: list[str]
    values: np.ndarray
    marked: dict[int, int]


def rotation_maps(maps: list[Map], label: str, scale: Literal["logarithmic", "from 0", "about 1"]) -> Figure:
    """Maps beneath each other, on one scale of shades; label: its name."""
    rows = sum(len(one.rows) for one in maps)
    height = _ROW * rows + _REST * len(maps) + _NAMES + _SCALE
    ratios = [len(one.rows) for one in maps]
    figure, grid = panels(len(maps), 1, height, sharex=True, gridspec_kw={"height_ratios": ratios})
    norm = _norm([one.values for one in maps], scale)
    for axes, one in zip(grid[:, 0], maps, strict=True):
        shown = _draw(axes, one, norm)
        axes.set_title(one.title)
    _name_columns(grid[-1, 0])
    bar = figure.colorbar(shown, ax=grid, location="bottom", fraction=0.03, aspect=40, pad=0.02)
    bar.set_label(label)
    bar.outline.set_edgecolor(MUTED)
    if scale == "logarithmic":
        logarithmic(bar.ax.xaxis)
    return figure


def _norm(values: list[np.ndarray], scale: str) -> Normalize:
    every = np.concatenate([one.ravel() for one in values])
    finite = every[np.isfinite(every)]
    if scale == "about 1":
        half = max(float(np.abs(finite - 1).max(initial=0.0)), _NARROW)
        return Normalize(1 - half, 1 + half)
    top = float(finite.max(initial=0.0)) or 1.0
    if scale == "from 0":
        return Normalize(0.0, top)
    least = max(float(finite[finite > 0].min(initial=top)), _LOW * top)
    return LogNorm(least * (1 - 1e-9), top, clip=True)


def _draw(axes: Axes, one: Map, norm: Normalize) -> object:
    order = list(sorted_elements())
    shown = np.ma.masked_invalid(one.values[:, order])
    image = axes.imshow(shown, cmap=_SHADES, norm=norm, aspect="auto", interpolation="none")
    axes.hlines([row + 0.5 for row in range(len(one.rows) - 1)], -0.5, len(order) - 0.5, color="white", linewidth=2)
    for end in np.cumsum(_sizes())[:-1]:
        axes.axvline(end - 0.5, color=INK, linewidth=0.8)
    for row, element in one.marked.items():
        axes.plot(order.index(element), row, marker="x", markersize=5, color="#d55e00", markeredgewidth=1.6)
    name_rows(axes, one.rows)
    axes.grid(False)
    return image


def _sizes() -> list[int]:
    """How many rotations there are of each sort."""
    return [len(list(same)) for _, same in groupby(turns()[element].sort for element in sorted_elements())]


def _name_columns(axes: Axes) -> None:
    names = [element_name(element) for element in sorted_elements()]
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6.5)
    axes.tick_params(axis="x", length=2)
