"""Pictures of a data card: one simulation in each direction, and how the set develops in time."""

from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.quiver import Quiver

from equidyn.core.pictures import drawn_with
from equidyn.domains.smoke.params.smoke import SimulatedSource
from equidyn.domains.smoke.source.checks import speed
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES
from equidyn.domains.smoke.source.time_evolution import course

_SETTINGS = {"font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5, "legend.frameon": False}
_GREYS = ListedColormap(mpl.colormaps["Greys"](np.linspace(0, 0.6, 256)))  # never so dark that an arrow is lost
_PLACES = {"left": 0.075, "right": 0.895, "bottom": 0.06, "top": 0.965, "wspace": 0.16, "hspace": 0.1}
_MOMENTS = 4  # columns
_ARROWS = 12  # along a side, at most


@dataclass(frozen=True)
class _Shade:
    """What lies under the arrows: values (simulation, time, y, x), and what they are."""

    values: np.ndarray
    label: str


def draw(folder: Path, dataset: Fields, source: SimulatedSource) -> None:
    """Write frames.png and course.png."""
    with drawn_with(_SETTINGS):
        _frames(dataset, source).savefig(folder / "frames.png", dpi=130)
        course(dataset, source).savefig(folder / "course.png", dpi=130)


def examples(dataset: Fields) -> list[int]:
    """One simulation per direction: the middle one."""
    of_direction = [np.flatnonzero(dataset.direction == turns) for turns in np.unique(dataset.direction)]
    return [int(found[len(found) // 2]) for found in of_direction]


def _frames(dataset: Fields, source: SimulatedSource) -> Figure:
    """A row per direction, a column per moment: smoke (or, without any, speed) as grey, velocity as arrows."""
    moments = np.linspace(0, dataset.velocity.shape[1] - 1, _MOMENTS).round().astype(int)
    rows = examples(dataset)
    velocity = dataset.velocity[rows][:, moments]
    under = _under(dataset, rows, moments)
    figure = Figure(figsize=(8.6, 0.4 + 1.9 * len(rows)))  # laid out by hand: matplotlib's solver is slow
    axes = figure.subplots(len(rows), _MOMENTS, sharex=True, sharey=True, squeeze=False, gridspec_kw=_PLACES)
    shade = PowerNorm(0.5, vmin=0, vmax=under.values.max())
    fastest = speed(velocity).max()
    for row, column in np.ndindex(axes.shape):
        image = _grey(axes[row, column], under.values[row, column], source.size, shade)
        arrows = _arrows(axes[row, column], velocity[row, column], source.size, fastest)
    _label(axes, source.size, [_name(dataset, row) for row in rows], [source.warmup + frame + 1 for frame in moments])
    length = float(f"{fastest / 2:.1g}")
    bar = figure.add_axes((0.915, 0.2, 0.022, 0.58))
    figure.colorbar(image, cax=bar, label=under.label)
    axes[-1, -1].quiverkey(arrows, 0.945, 0.87, length, f"{length:g} length/time", labelpos="S", coordinates="figure")
    return figure


def _under(dataset: Fields, rows: list[int], moments: np.ndarray) -> _Shade:
    if dataset.density is None:
        return _Shade(speed(dataset.velocity[rows][:, moments]), "speed [length/time], square-root scale")
    return _Shade(dataset.density[rows][:, moments], "smoke [inflow per step], square-root scale")


def _name(dataset: Fields, simulation: int) -> str:
    return f"scene {dataset.scene[simulation]}: {DIRECTION_NAMES[dataset.direction[simulation]]}"


def _label(axes: np.ndarray, size: float, names: list[str], steps: list[int]) -> None:
    ticks = [0, size / 2, size]
    for shown in axes.flat:
        shown.set(aspect="equal", xlim=(0, size), ylim=(0, size), xticks=ticks, yticks=ticks)
    for shown, name in zip(axes[:, 0], names, strict=True):
        shown.set_ylabel(f"{name}\ny [length units]")
    for shown, step in zip(axes[0], steps, strict=True):
        shown.set_title(f"step {step}")
    for shown in axes[-1]:
        shown.set_xlabel("x [length units]")


def _grey(axes: Axes, values: np.ndarray, size: float, shade: PowerNorm) -> AxesImage:
    return axes.imshow(values, cmap=_GREYS, norm=shade, origin="lower", extent=(0, size, 0, size))


def _arrows(axes: Axes, velocity: np.ndarray, size: float, fastest: float) -> Quiver:
    """Arrows on a coarser grid; those slower than a thirtieth of the fastest would be dots, and are left out."""
    cells = velocity.shape[-1]
    every = -(-cells // _ARROWS)
    taken = np.arange(every // 2, cells, every)
    x, y = np.meshgrid(*[(taken + 0.5) * size / cells] * 2)
    across, up = velocity[:, taken[:, None], taken]
    seen = np.hypot(across, up) > fastest / 30
    scale = fastest * len(taken) / size / 2.5  # the fastest arrow spans 2.5 gaps
    look = {"angles": "xy", "scale_units": "xy", "scale": scale, "color": "#7a1f00", "width": 0.009}
    return axes.quiver(x[seen], y[seen], across[seen], up[seen], **look)
