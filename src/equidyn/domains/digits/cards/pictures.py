"""Pictures of the card of digits: the first images of each digit, and the mean image of each."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.core.data.labelled import Labelled
from equidyn.core.pictures import drawn_with
from equidyn.domains.digits.source.digit_images import CLASSES

_SETTINGS = {"font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5}
ROWS = 6  # images of each digit, at most
_GAP = 2  # pixels between images
_LINE = 0.35  # between images, for they may be white up to their edges


def draw(folder: Path, made: Labelled) -> None:
    """Write samples.png and means.png; row 0 of an image is at the top."""
    images, labels = made.of("train")
    side = images.shape[-1]
    samples = (_samples(images, labels), f"The first training images of each digit, {side} x {side} pixels")
    means = (_means(images, labels), f"Mean of the training images, {len(images)} in all, digit by digit")
    with drawn_with(_SETTINGS):
        _drawn(*samples).savefig(folder / "samples.png", dpi=130)
        _drawn(*means).savefig(folder / "means.png", dpi=130)


def _samples(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(rows, 10, side, side): column d has images of digit d, and blank ones where there are no more."""
    shown = np.zeros((ROWS, CLASSES, *images.shape[1:]))
    for digit in range(CLASSES):
        first = images[np.flatnonzero(labels == digit)[:ROWS]]
        shown[: len(first), digit] = first
    return shown[: max(1, min(ROWS, np.bincount(labels).max()))]


def _means(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(1, 10, side, side); blank for a digit of which there is none."""
    means = [images[labels == digit].mean(axis=0) if (labels == digit).any() else 0 * images[0] for digit in range(10)]
    return np.stack(means)[None]


def _drawn(images: np.ndarray, title: str) -> Figure:
    """images: (rows, columns, side, side), ink is black; a column per digit."""
    rows, columns, side, _ = images.shape
    figure = Figure(figsize=(8.6, 0.9 + 0.86 * rows), layout="constrained")
    axes = figure.subplots()
    axes.imshow(_tiled(images), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title)
    _name_columns(axes, columns, side)
    return figure


def _tiled(images: np.ndarray) -> np.ndarray:
    """One image of them all, with light lines between."""
    rows, columns, side, _ = images.shape
    step = side + _GAP
    sheet = np.full((rows * step + _GAP, columns * step + _GAP), _LINE)
    for row in range(rows):
        for column in range(columns):
            corner = (_GAP + row * step, _GAP + column * step)
            sheet[corner[0] : corner[0] + side, corner[1] : corner[1] + side] = images[row, column]
    return sheet


def _name_columns(axes: Axes, columns: int, side: int) -> None:
    """The digit under each column: a label that the image itself cannot be mistaken for."""
    step = side + _GAP
    axes.set_xticks([_GAP + column * step + (side - 1) / 2 for column in range(columns)], range(columns))
    axes.set(yticks=[], xlabel="label")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
