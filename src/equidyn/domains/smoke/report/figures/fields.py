"""Rollouts as pictures: the true fields, and for each variant its prediction and where it is wrong."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from equidyn.domains.smoke.report.example import Example
from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.style import MUTED, WIDTH
from equidyn.report.labels import wrapped_name

SPEED_MAP, ERROR_MAP = "viridis", "magma"
_GAP = 0.06  # between pictures, in sides of a picture
_APART = 0.12  # between the predictions and the errors, more
_NAMES, _BARS = 1.25, 0.85  # room for the names to the left and for the scales below [inches]


def speed(velocity: np.ndarray) -> np.ndarray:
    """Magnitude of a vector field, (..., 2, y, x) -> (..., y, x)."""
    return np.sqrt(np.square(velocity.astype(np.float64)).sum(-3))


def rollouts(examples: dict[str, Example], steps: list[int]) -> Figure:
    """Rows: the truth, then each label of `examples`. Columns: speed at `steps` (from 1), then the error at the last.

    All speeds share one colour scale, and so do all errors, |prediction - truth|.
    """
    chosen = [step - 1 for step in steps]
    truth = next(iter(examples.values())).truth
    speeds = np.stack([speed(truth)[chosen], *(speed(one.prediction)[chosen] for one in examples.values())])
    errors = np.stack([speed(one.prediction[chosen[-1:]] - truth[chosen[-1:]]) for one in examples.values()])
    high, wide = _length(1 + len(examples)), _length(len(steps) + 1) + _APART
    figure = Figure(figsize=(WIDTH, (WIDTH - _NAMES) * high / wide + _BARS + 0.2), layout="constrained")
    axes = figure.subplots()
    shown = _mosaic(axes, speeds, (0.0, 0.0), SPEED_MAP, float(speed(truth).max()))
    wrong = _mosaic(axes, errors, (_place(len(steps)) + _APART, _place(1)), ERROR_MAP, _largest(errors))
    axes.set(xlim=(0, wide), ylim=(high, 0), aspect="equal")
    columns = [*(f"step {step}" for step in steps), f"error, step {steps[-1]}"]
    middles = [_place(column) + 0.5 + _APART * (column == len(steps)) for column in range(len(columns))]
    _label(axes, dict(zip(middles, columns, strict=True)), ["truth", *map(wrapped_name, examples)])
    _bar(axes, shown, (0.0, _length(len(steps)) / wide), f"speed [{VELOCITY_UNIT}]")
    _bar(axes, wrong, (1 - 1 / wide, 1.0), f"error [{VELOCITY_UNIT}]")
    return figure


def _place(index: int) -> float:
    """Where picture `index` begins, in sides of a picture."""
    return index * (1 + _GAP)


def _length(count: int) -> float:
    """Of so many pictures side by side."""
    return _place(count) - _GAP


def _mosaic(axes: Axes, fields: np.ndarray, corner: tuple[float, float], colours: str, top: float) -> AxesImage:
    """fields: (row, column, y, x), each one unit wide; corner: x and y of the upper left one."""
    shades = {"cmap": colours, "vmin": 0, "vmax": top or 1.0, "interpolation": "none", "origin": "lower"}
    for row, column in np.ndindex(fields.shape[:2]):
        left, upper = corner[0] + _place(column), corner[1] + _place(row)
        image = axes.imshow(fields[row, column], extent=(left, left + 1, upper + 1, upper), **shades)
    return image


def _label(axes: Axes, columns: dict[float, str], rows: list[str]) -> None:
    axes.set_xticks(list(columns), list(columns.values()))
    axes.set_yticks([_place(row) + 0.5 for row in range(len(rows))], rows, linespacing=1.1)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.grid(False)


def _largest(errors: np.ndarray) -> float:
    return float(errors[np.isfinite(errors)].max(initial=0.0)) or 1.0


def _bar(axes: Axes, image: AxesImage, ends: tuple[float, float], label: str) -> None:
    """A colour scale beneath the pictures, from one end to the other in shares of the axes' width."""
    below = 0.3 / (axes.figure.get_figheight() - _BARS)
    place = axes.inset_axes((ends[0], -below, ends[1] - ends[0], below / 3))
    bar = axes.figure.colorbar(image, cax=place, orientation="horizontal")
    bar.set_label(label)
    bar.outline.set_edgecolor(MUTED)
