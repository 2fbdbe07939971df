"""A parameter-sharing scheme as a picture: every weight of a layer, coloured by the parameter that it is."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from equidyn.report.figures.style import MUTED, WIDTH
from equidyn.report.numbers import counted
from equidyn.symmetry.sharing import orbit_names, sharing

# From dark to light in even steps of lightness (CIE L* 12 to 92), so that the order is seen without colour; hues go
# between blue and orange, which readers who do not see all colours tell apart.
PALETTE = ("#281c23", "#053a68", "#7b491b", "#767171", "#5d94d2", "#f79740", "#b6cfe9", "#fde79e")
_CHOICES = {2: (0, 7), 4: (0, 2, 4, 7), 8: tuple(range(8))}
_LETTERS = 22  # in a line of the legend
_TICKS = 12  # at most, along an axis
_SIDE, _LEFT, _BELOW, _MARGIN = 3.2, 0.5, 0.5, 0.1  # of the matrix, and room about it [inches]
_ROW, _APART = 0.14, 0.09  # height of a line of the legend, and between its entries [inches]


@dataclass(frozen=True)
class Orbit:
    """The weights that are one parameter.

    label: as `symmetry.sharing.sharing` has it. name: in words. entries: how many weights; 0 where an axis of length 1
    leaves no room for two different indices. colour: in the picture.
    """

    label: int
    name: str
    entries: int
    colour: str


def orbits(sizes: Sequence[int], axes: Sequence[str]) -> list[Orbit]:
    """All 2^k orbits of an array with k axes, from those that differ in no axis (dark) to all axes (light)."""
    names = orbit_names(axes)
    entries = np.bincount(sharing(sizes).ravel(), minlength=len(names))
    order = sorted(range(len(names)), key=lambda label: (label.bit_count(), label))
    colours = [PALETTE[place] for place in _CHOICES[len(names)]]
    return [
        Orbit(label, names[label], int(entries[label]), colour) for label, colour in zip(order, colours, strict=True)
    ]


def scheme(sizes: Sequence[int], axes: Sequence[str]) -> Figure:
    """The (N, N) weights, output index down and input index across, N the product of `sizes`; orbits as colours.

    Indices run through the axes, the last one fastest; white lines part the blocks of the first axis. The array of the
    image holds each weight's place in `orbits`.
    """
    shown, labels = orbits(sizes, axes), sharing(sizes)
    places = np.empty(len(shown), dtype=np.uint8)
    places[[orbit.label for orbit in shown]] = range(len(shown))
    texts = [f"{textwrap.fill(orbit.name, _LETTERS)}\n{counted(orbit.entries, 'weight')}" for orbit in shown]
    drawn = _canvas(sum(_ROW * (text.count("\n") + 1) + _APART for text in texts))
    colours = ListedColormap([orbit.colour for orbit in shown])
    drawn.imshow(places[labels], cmap=colours, vmin=-0.5, vmax=len(shown) - 0.5, interpolation="none")
    _blocks(drawn, sizes, axes[0])
    patches = [Patch(facecolor=orbit.colour, edgecolor=MUTED, linewidth=0.5) for orbit in shown]
    look = {"handlelength": 1.4, "handleheight": 1.4, "handletextpad": 0.7, "labelspacing": 0.75, "borderpad": 0}
    drawn.figure.legend(patches, texts, loc="center left", bbox_to_anchor=((_LEFT + _SIDE + 0.1) / WIDTH, 0.5), **look)
    return drawn.figure


def _canvas(legend: float) -> Axes:
    """Axes for the matrix at the left of a figure that has room for a legend so high [inches] at the right."""
    height = max(_SIDE + _BELOW, legend) + 2 * _MARGIN
    bottom = _BELOW + (height - _BELOW - _SIDE) / 2
    return Figure(figsize=(WIDTH, height)).add_axes((_LEFT / WIDTH, bottom / height, _SIDE / WIDTH, _SIDE / height))


def _blocks(axes: Axes, sizes: Sequence[int], name: str) -> None:
    """Numbers at the middles of the blocks of the first axis, and lines between them."""
    count, length = sizes[0], math.prod(sizes[1:])
    step = next(step for step in (1, 2, 5, 10, 20, 50) if count // step <= _TICKS)
    numbers = np.arange(step, count + 1, step)
    axes.set_xticks((numbers - 0.5) * length - 0.5, numbers)
    axes.set_yticks((numbers - 0.5) * length - 0.5, numbers)
    axes.set(xlabel=f"input index, by {name}", ylabel=f"output index, by {name}")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(False)
    if length > 1:
        look = {"color": "white", "linewidth": min(1.2, 0.15 * 72 * _SIDE / count)}  # a thin part of a block
        for edge in np.arange(1, count) * length - 0.5:
            axes.axhline(edge, **look)
            axes.axvline(edge, **look)
