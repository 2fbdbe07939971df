"""Elements of a basis of equivariant maps between pixel grids, each as the pairs of pixels that it joins."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from equidyn.report.figures.style import INK, MUTED, WIDTH
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import Orbits, intertwiners

NOTHING, UNUSED = 0, 1  # what a cell of a picture may be beside a pixel that is joined to another
# The four shades differ in lightness (CIE L* 12, 36, 60, 73), and an unused pixel is lighter than all of them.
_COLOURS = ("#ffffff", "#e3e6ea", "#281c23", "#7b491b", "#5d94d2", "#f79740")
_BETWEEN = 3  # cells between the input and the output grid
_APART = 3  # cells between one element and the next
_MARGIN = 0.1  # on all sides [inches]
_LARGEST = 0.1  # side of a pixel [inches]
_WORD = 0.4  # room for the word "input" [inches]


def c4_maps(inputs: int, outputs: int) -> Orbits:
    """All C4-equivariant linear maps from an inputs x inputs grid of pixels to an outputs x outputs one."""
    return intertwiners(grid_action(C4, outputs), grid_action(C4, inputs))


def joined(maps: Orbits, element: int, inputs: int) -> np.ndarray:
    """Where a basis element is not zero: (pairs, 2) int64, output and input pixel, each numbered row by row."""
    return np.stack(np.divmod(np.flatnonzero(maps.label == element), inputs * inputs), axis=1)


def tile(pairs: np.ndarray, inputs: int, outputs: int) -> np.ndarray:
    """One element as a picture, (y, x) uint8: the input grid to the left, the output grid to the right.

    Pixels of one pair have one shade, 2, 3, ..., as long as no pixel is in two pairs; if one is (a pixel in the middle
    of its grid, which no turn moves), all pairs have the shade 2.
    """
    left = np.full((inputs, inputs), UNUSED, dtype=np.uint8)
    right = np.full((outputs, outputs), UNUSED, dtype=np.uint8)
    apart = all(len(np.unique(pixels)) == len(pixels) for pixels in pairs.T)
    shades = 2 + np.arange(len(pairs)) if apart else 2
    right.flat[pairs[:, 0]] = shades
    left.flat[pairs[:, 1]] = shades
    return _side_by_side(left, right)


def elements(inputs: int, outputs: int, shown: int) -> Figure:
    """The first `shown` basis elements of `c4_maps`, row by row; the array of the image is a mosaic of their tiles."""
    maps = c4_maps(inputs, outputs)
    tiles = [tile(joined(maps, element, inputs), inputs, outputs) for element in range(min(shown, maps.count))]
    columns = min(len(tiles), 4 if len(tiles) <= 16 else 6)
    cells = _mosaic(tiles, columns)
    side = min(_LARGEST, (WIDTH - 2 * _MARGIN) / cells.shape[1])
    axes = _canvas(cells.shape, side)
    axes.imshow(cells, cmap=ListedColormap(_COLOURS), vmin=-0.5, vmax=len(_COLOURS) - 0.5, interpolation="none")
    _part_pixels(axes, cells.shape, 72 * side)
    _name_grids(axes, inputs + _BETWEEN, side)
    corners = np.array([_corner(index, columns, tiles[0].shape) for index in range(len(tiles))])
    beside = np.array([min(inputs, outputs) - 1, 2 * inputs + _BETWEEN - 1]) / 2
    _arrows(axes, corners + beside, 72 * side)
    return axes.figure


def _side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    cells = np.full((max(len(left), len(right)), len(left) + _BETWEEN + len(right)), NOTHING, dtype=np.uint8)
    cells[: len(left), : len(left)] = left
    cells[: len(right), -len(right) :] = right
    return cells


def _corner(index: int, columns: int, size: tuple[int, int]) -> tuple[int, int]:
    """Row and column of a mosaic at which tile `index` begins."""
    row, column = divmod(index, columns)
    return row * (size[0] + _APART), column * (size[1] + _APART)


def _mosaic(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    height, width = tiles[0].shape
    bottom, right = _corner(columns * math.ceil(len(tiles) / columns) - 1, columns, (height, width))
    cells = np.full((bottom + height, right + width), NOTHING, dtype=np.uint8)
    for index, one in enumerate(tiles):
        top, left = _corner(index, columns, one.shape)
        cells[top : top + height, left : left + width] = one
    return cells


def _canvas(shape: tuple[int, int], side: float) -> Axes:
    """Axes in which a cell is `side` inches wide, at the left of a figure as wide as all others."""
    names = 0.2  # room for the names of the grids [inches]
    height = shape[0] * side + names + 2 * _MARGIN
    figure = Figure(figsize=(WIDTH, height))
    place = (_MARGIN / WIDTH, _MARGIN / height, shape[1] * side / WIDTH, shape[0] * side / height)
    axes = figure.add_axes(place)
    axes.set_axis_off()
    return axes


def _part_pixels(axes: Axes, shape: tuple[int, int], points: float) -> None:
    """White lines between cells that are `points` wide; beyond the grids they are white on white."""
    width = min(0.6, 0.12 * points)
    axes.hlines(np.arange(1, shape[0]) - 0.5, -0.5, shape[1] - 0.5, colors="white", linewidth=width)
    axes.vlines(np.arange(1, shape[1]) - 0.5, -0.5, shape[0] - 0.5, colors="white", linewidth=width)


def _name_grids(axes: Axes, output: int, side: float) -> None:
    """Above the first element; output: where its output grid begins."""
    look = {"ha": "left", "va": "bottom", "fontsize": 7.5, "color": INK}
    axes.text(-0.5, -0.8, "input", **look)
    axes.text(max(output, _WORD / side) - 0.5, -0.8, "output", **look)


def _arrows(axes: Axes, places: np.ndarray, points: float) -> None:
    """From input to output grids; places: (tile, 2), row and column of each; points: width of a cell."""
    size = min(5.0, 1.5 * points)
    axes.plot(places[:, 1], places[:, 0], marker=">", linestyle="none", color=MUTED, markersize=size)
