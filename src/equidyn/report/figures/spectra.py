"""Spectral densities as strips of shade, one per variant."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from equidyn.report.figures.axes import name_rows, signed
from equidyn.report.figures.style import INK, MUTED, panels
from equidyn.report.numbers import tick

_ROW, _REST = 0.25, 0.75  # height of a row, and of all else about a panel [inches]
_BINS = 160
_DECADES = 4  # of the density that the shades cover
_LINEAR = 1e2  # the largest eigenvalue over where the axis ceases to be linear
_SHADES = "Blues"


@dataclass(frozen=True)
class Strip:
    """The density of one run over eigenvalues: at, ascending, and density, both (point,)."""

    at: np.ndarray
    density: np.ndarray

    def between(self, edges: np.ndarray) -> np.ndarray:
        """Mean density between neighbouring edges: the mass there over the width, so that no narrow peak is missed."""
        steps = np.diff(self.at) * (self.density[1:] + self.density[:-1]) / 2
        mass = np.interp(edges, self.at, np.concatenate([[0.0], np.cumsum(steps)]))
        return np.diff(mass) / np.diff(edges)


Panel = dict[str, list[Strip]]


def densities(
    strips: dict[tuple[str, str], Panel], heads: dict[str, str], columns: list[str], rows: list[str], xlabel: str
) -> Figure:
    """A row of panels per dataset, a column per item of `columns`, a strip per variant: the mean over its runs.

    strips: (dataset, column) -> variant -> runs. The axis is linear about 0, and logarithmic beyond on both sides.
    """
    scale = _scale([strip for panel in strips.values() for runs in panel.values() for strip in runs])
    height = (_REST + _ROW * len(rows)) * len(heads) + 0.6
    figure, grid = panels(len(heads), len(columns), height, sharex=True, sharey=True)
    images = {key: _image(panel, rows, scale.edges()) for key, panel in strips.items()}
    top = max(float(np.nanmax(image)) for image in images.values())
    norm = LogNorm(top / 10**_DECADES, top, clip=True)
    for (dataset, head), line in zip(heads.items(), grid, strict=True):
        for axes, column in zip(line, columns, strict=True):
            image = images.get((dataset, column), np.full((len(rows), _BINS), np.nan))
            shown = scale.draw(axes, image, norm)
            axes.set_title(f"{head}, {column}")
            name_rows(axes, rows)
    for axes in grid[-1]:
        axes.set_xlabel(xlabel)
    bar = figure.colorbar(shown, ax=grid, location="bottom", fraction=0.03, aspect=40, pad=0.02)
    bar.set_label("share of eigenvalues per unit of eigenvalue")
    bar.outline.set_edgecolor(MUTED)
    return figure


@dataclass(frozen=True)
class _Scale:
    """Eigenvalues from low to high -> places: asinh(value / unit)."""

    unit: float
    low: float
    high: float

    def place(self, value: np.ndarray | float) -> np.ndarray:
        return np.arcsinh(np.asarray(value) / self.unit)

    def edges(self) -> np.ndarray:
        return np.sinh(np.linspace(self.place(self.low), self.place(self.high), _BINS + 1)) * self.unit

    def draw(self, axes: Axes, image: np.ndarray, norm: LogNorm) -> object:
        """image: (row, bin)."""
        ends = (float(self.place(self.low)), float(self.place(self.high)))
        look = {"cmap": _SHADES, "norm": norm, "aspect": "auto", "interpolation": "none"}
        shown = axes.imshow(image, extent=(*ends, len(image) - 0.5, -0.5), **look)
        axes.hlines([row + 0.5 for row in range(len(image) - 1)], *ends, color="white", linewidth=2)
        axes.axvline(0, color=INK, linewidth=0.7, linestyle=":")
        axes.grid(False)
        signed(axes.xaxis, self.unit, self.low, self.high)
        values = axes.xaxis.get_major_locator().locs
        axes.set_xticks(self.place(np.array(values)), [tick(value) for value in values])
        return shown


def _scale(strips: list[Strip]) -> _Scale:
    low = min(float(strip.at[0]) for strip in strips)
    high = max(float(strip.at[-1]) for strip in strips)
    return _Scale(max(-low, high) / _LINEAR, low, high)


def _image(panel: Panel, rows: list[str], edges: np.ndarray) -> np.ndarray:
    """(row, bin); NaN where a variant has no density."""
    nothing = np.full(len(edges) - 1, np.nan)
    return np.stack(
        [np.mean([run.between(edges) for run in panel[name]], 0) if name in panel else nothing for name in rows]
    )
