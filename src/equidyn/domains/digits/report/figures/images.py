"""Grey images side by side, on one scale for all: what nets made of the same images, or of the same image moved."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.style import INK, WIDTH
from equidyn.report.labels import wrapped_name

PAPER, FRAME, UNKNOWN = 255, 201, 225  # shades of a page, of the lines about images, and of what is not finite
_APART = 5  # between one group and the next, in pixels of an image
_LARGEST = 0.5  # side of an image [inches]
_NAMES, _MARGIN = 1.3, 0.1  # room for the names to the left, and about all [inches]
_HEAD, _COLUMNS = 0.2, 0.18  # of the groups' names, and of the columns' [inches]


def sheets(groups: dict[str, np.ndarray], rows: Sequence[str], columns: Sequence[str] = ()) -> Figure:
    """Groups side by side: head -> images (row, column, y, x), ink 1 on paper 0; rows: names of the rows of all groups;
    columns: of the columns of each group, if they have any.

    Ink is black, and what lies outside 0..1 is cut. The array of the picture is `mosaic` of the groups, so that a pixel
    of an image is a pixel of the file.
    """
    shades, starts = mosaic(list(groups.values()))
    side, count = _cell(groups), next(iter(groups.values())).shape[1]
    scale = min(_LARGEST / side, (WIDTH - _NAMES - _MARGIN) / shades.shape[1])  # inches of a pixel
    axes = _canvas(shades.shape, scale, _HEAD + (_COLUMNS if columns else 0.0))
    axes.imshow(shades, cmap="gray", vmin=0, vmax=PAPER, interpolation="none", aspect="auto")
    axes.set_yticks(_middles(len(rows), side), [wrapped_name(name) for name in rows], linespacing=1.0)
    axes.tick_params(axis="y", length=0, labelsize=7.5)
    for head, start in zip(groups, starts, strict=True):
        middles = start + _middles(count, side)
        _write(axes, [middles.mean()], [head], (_COLUMNS if columns else 0.0) / scale, 9)
        _write(axes, middles, columns, 0.0, 7.5)
    return axes.figure


def mosaic(groups: Sequence[np.ndarray]) -> tuple[np.ndarray, list[int]]:
    """Groups of images (row, column, y, x) as one picture, (y, x) uint8, and the column at which each group begins.

    Lines of one pixel part the images.
    """
    parts: list[np.ndarray] = []
    starts: list[int] = []
    for group in groups:
        if parts:
            parts.append(np.full((len(parts[0]), _APART), PAPER, dtype=np.uint8))
        starts.append(sum(part.shape[1] for part in parts))
        parts.append(_framed(group))
    return np.concatenate(parts, axis=1), starts


def _framed(group: np.ndarray) -> np.ndarray:
    rows, columns, height, width = group.shape
    cells = np.full((rows, height + 1, columns, width + 1), FRAME, dtype=np.uint8)
    ink = np.clip(np.nan_to_num(group, nan=0.0), 0, 1)
    shades = np.where(np.isfinite(group), np.round(PAPER * (1 - ink)), UNKNOWN)
    cells[:, 1:, :, 1:] = shades.transpose(0, 2, 1, 3)
    return np.pad(cells.reshape(rows * (height + 1), -1), ((0, 1), (0, 1)), constant_values=FRAME)


def _cell(groups: dict[str, np.ndarray]) -> int:
    """Pixels from one image to the next."""
    return next(iter(groups.values())).shape[-1] + 1


def _middles(count: int, side: int) -> np.ndarray:
    """Of so many images in a row, in pixels."""
    return side * (np.arange(count) + 0.5)


def _canvas(shape: tuple[int, int], scale: float, above: float) -> Axes:
    """Axes in which a pixel is `scale` inches wide, with room for the names about them."""
    height = shape[0] * scale + above + 2 * _MARGIN
    place = (_NAMES / WIDTH, _MARGIN / height, shape[1] * scale / WIDTH, shape[0] * scale / height)
    axes = Figure(figsize=(WIDTH, height)).add_axes(place)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.grid(False)
    return axes


def _write(axes: Axes, middles: Sequence[float], words: Sequence[str], above: float, size: float) -> None:
    """Words above the picture, each at its column; above: its height over the first row, in pixels."""
    for middle, word in zip(middles, words, strict=False):
        axes.text(middle, -2.0 - above, word, ha="center", va="bottom", fontsize=size, color=INK)
