"""Rollouts as pictures: the true fields, and for each variant its prediction and where it is wrong."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from equidyn.reporting.cells import Example
from equidyn.reporting.figures.style import MUTED, panels
from equidyn.reporting.labels import VELOCITY_UNIT

SPEED_MAP, ERROR_MAP = "viridis", "magma"


def speed(velocity: np.ndarray) -> np.ndarray:
    """Magnitude of a vector field, (..., 2, y, x) -> (..., y, x)."""
    return np.sqrt(np.square(velocity.astype(np.float64)).sum(-3))


def rollouts(examples: dict[str, Example], steps: list[int]) -> Figure:
    """Rows: the truth, then each label of `examples`. Columns: speed at `steps` (from 1), then the error there.

    All speeds share one colour scale, and so do all errors, |prediction - truth|.
    """
    figure, grid = panels(len(examples) + 1, 2 * len(steps), 1.25 * 2 * len(steps), 1.3 * (len(examples) + 1) + 0.7)
    _titles(grid[0, : len(steps)], steps, "")
    _titles(grid[1, len(steps) :], steps, "error, ")
    chosen = [step - 1 for step in steps]
    truth = next(iter(examples.values())).truth
    top = float(speed(truth).max())
    errors = {label: speed(example.prediction - example.truth)[chosen] for label, example in examples.items()}
    worst = max([float(np.nanmax(error)) for error in errors.values() if np.isfinite(error).any()], default=1.0)
    shown = _row(grid[0, : len(steps)], speed(truth)[chosen], "truth", SPEED_MAP, top)
    for axes in grid[0, len(steps) :]:
        axes.set_visible(False)
    for (label, example), line in zip(examples.items(), grid[1:], strict=True):
        _row(line[: len(steps)], speed(example.prediction)[chosen], label, SPEED_MAP, top)
        wrong = _row(line[len(steps) :], errors[label], "", ERROR_MAP, worst)
    _bar(figure, shown, grid[:, : len(steps)], f"speed [{VELOCITY_UNIT}]")
    _bar(figure, wrong, grid[:, len(steps) :], f"|prediction − truth| [{VELOCITY_UNIT}]")
    return figure


def _titles(axes: np.ndarray, steps: list[int], before: str) -> None:
    for place, step in zip(axes, steps, strict=True):
        place.set_title(f"{before}step {step}")


def _row(axes: np.ndarray, fields: np.ndarray, label: str, colours: str, top: float) -> AxesImage:
    for place, field in zip(axes, fields, strict=True):
        image = _image(place, field, colours, top)
    axes[0].text(-0.06, 0.5, label, transform=axes[0].transAxes, rotation=90, ha="right", va="center")
    return image


def _image(axes: Axes, field: np.ndarray, colours: str, top: float) -> AxesImage:
    for part in (axes.xaxis, axes.yaxis, axes.spines[:]):
        part.set_visible(False)
    axes.set_facecolor("#dddddd")  # seen where a value is not finite
    return axes.imshow(field, origin="lower", cmap=colours, vmin=0, vmax=top or 1.0, interpolation="none")


def _bar(figure: Figure, image: AxesImage, axes: np.ndarray, label: str) -> None:
    bar = figure.colorbar(image, ax=axes, location="bottom", fraction=0.05, aspect=30, pad=0.02)
    bar.set_label(label)
    bar.outline.set_edgecolor(MUTED)
