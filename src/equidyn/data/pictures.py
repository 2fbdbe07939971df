"""Pictures of a data card: the four directions of one scene, and how the set develops in time."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.quiver import Quiver

from equidyn.data.checks import error_of_frames, speed
from equidyn.data.scenes import DIRECTION_NAMES
from equidyn.data.store import Dataset

ROUNDING = 1e-6  # relative errors below this are of float32's making
_SETTINGS = {"font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5, "legend.frameon": False}
# Okabe and Ito's colours, told apart by every eye, each with a line style of its own for black and white.
_STYLES = (("#0072b2", "-"), ("#d55e00", "--"), ("#009e73", "-."), ("#000000", ":"))
_GREYS = ListedColormap(mpl.colormaps["Greys"](np.linspace(0, 0.6, 256)))  # never so dark that an arrow is lost
_PLACES = {"left": 0.075, "right": 0.895, "bottom": 0.06, "top": 0.965, "wspace": 0.16, "hspace": 0.1}
_ARROWS = 12  # along a side, at most


def draw(folder: Path, dataset: Dataset, size: float, dt: float, warmup: int) -> None:
    """Write frames.png and course.png. `size` of the box [length units], `dt` [time units], `warmup` [steps]."""
    with mpl.rc_context(_SETTINGS):
        _frames(dataset, size, warmup).savefig(folder / "frames.png", dpi=130)
        _course(dataset, dt, warmup).savefig(folder / "course.png", dpi=130)


def _frames(dataset: Dataset, size: float, warmup: int) -> Figure:
    """Scene 0, a row per direction, a column per moment: smoke as grey, velocity as arrows."""
    moments = np.linspace(0, dataset.velocity.shape[1] - 1, 4).round().astype(int)
    figure = Figure(figsize=(8.6, 7.9))  # laid out by hand: matplotlib's solver would take longer than the drawing
    axes = figure.subplots(4, len(moments), sharex=True, sharey=True, gridspec_kw=_PLACES)
    shade = PowerNorm(0.5, vmin=0, vmax=dataset.density[:4, moments].max())
    fastest = speed(dataset.velocity[:4, moments]).max()
    for turns, column in np.ndindex(axes.shape):
        shown, frame = axes[turns, column], moments[column]
        image = _smoke(shown, dataset.density[turns, frame], size, shade)
        arrows = _arrows(shown, dataset.velocity[turns, frame], size, fastest)
    _label(axes, size, [warmup + frame + 1 for frame in moments])
    length = float(f"{fastest / 2:.1g}")
    bar = figure.add_axes((0.915, 0.2, 0.022, 0.58))
    figure.colorbar(image, cax=bar, label="smoke [inflow per step], square-root scale")
    axes[-1, -1].quiverkey(arrows, 0.945, 0.87, length, f"{length:g} length/time", labelpos="S", coordinates="figure")
    return figure


def _label(axes: np.ndarray, size: float, steps: list[int]) -> None:
    for shown in axes.flat:
        shown.set(
            aspect="equal", xlim=(0, size), ylim=(0, size), xticks=[0, size / 2, size], yticks=[0, size / 2, size]
        )
    for turns, name in enumerate(DIRECTION_NAMES):
        axes[turns, 0].set_ylabel(f"direction {turns}: {name}\ny [length units]")
    for shown, step in zip(axes[0], steps, strict=True):
        shown.set_title(f"step {step}")
    for shown in axes[-1]:
        shown.set_xlabel("x [length units]")


def _smoke(axes: Axes, density: np.ndarray, size: float, shade: PowerNorm) -> AxesImage:
    return axes.imshow(density, cmap=_GREYS, norm=shade, origin="lower", extent=(0, size, 0, size))


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


def _course(dataset: Dataset, dt: float, warmup: int) -> Figure:
    """Mean speed by direction, and equivariance error, over time."""
    frames = dataset.velocity.shape[1]
    time = dt * (warmup + 1 + np.arange(frames))
    figure = Figure(figsize=(8.6, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    mean = speed(dataset.velocity).mean(axis=(2, 3))
    for turns, (name, (colour, line)) in enumerate(zip(DIRECTION_NAMES, _STYLES, strict=True)):
        left.plot(time, mean[turns::4].mean(axis=0), line, color=colour, label=name)
    left.set(xlabel="time [time units]", ylabel="mean speed [length/time]", title="Mean speed", ylim=(0, None))
    left.legend(title="direction")
    _errors(right, time, dataset.velocity)
    for axes in (left, right):
        axes.grid(color="#dfe3e8", linewidth=0.7)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _errors(axes: Axes, time: np.ndarray, velocity: np.ndarray) -> None:
    """Relative forms of the equivariance error of each frame; one that is undefined ("up" at rest) is left out."""
    errors = [error_of_frames(velocity[:, frame : frame + 1]) for frame in range(len(time))]
    highest = 0.0
    for name, (colour, line) in zip(("relative", "pairwise"), _STYLES, strict=False):
        course = np.array([error[name] for error in errors], dtype=float)
        if not np.isnan(course).any():
            axes.plot(time, course, line, color=colour, label=name)
            highest = max(highest, course.max())
    axes.set(xlabel="time [time units]", ylabel="equivariance error [1]", title="Equivariance error of the data")
    axes.set_ylim(0, max(0.1, 1.1 * highest))
    if highest < ROUNDING:
        axes.text(0.5, 0.5, f"symmetric up to rounding:\nat most {highest:.0e}", ha="center", transform=axes.transAxes)
    axes.legend()
