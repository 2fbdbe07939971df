"""Weights of an attention over the four turns: of single images as bars, and how even they are over many."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.report.figures.style import INK, MUTED, RULE, label_below, legend, line_styles, panels, wrapped
from equidyn.report.labels import wrapped_name

TURNS = 4
MOST = math.log(TURNS)  # entropy of equal weights [nats]
_IMAGE, _BARS, _REST = 0.8, 0.85, 0.5  # heights of the images, of a row of bars, and of all else [inches]
_HALF = 0.5  # end of the bars' axis, where no weight is larger
_HEIGHT = 2.0  # of a panel of the histogram [inches]


def weights(images: np.ndarray, found: dict[str, np.ndarray]) -> Figure:
    """Images in a row, and below each its weights: a row of bars per variant, one bar per turn, and a line at 1/4.

    images: (image, y, x), ink 1 on paper 0; found: variant -> (image, 4).
    """
    height = _IMAGE + _BARS * len(found) + _REST
    shapes = {"height_ratios": [_IMAGE, *[_BARS] * len(found)]}
    figure, grid = panels(1 + len(found), len(images), height, gridspec_kw=shapes)
    top = 1.0 if max(np.nanmax(shares, initial=0.0) for shares in found.values()) > _HALF else _HALF
    for axes, image in zip(grid[0], images, strict=True):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="none")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=RULE)
    for row, (variant, shares) in zip(grid[1:], found.items(), strict=True):
        for axes, share in zip(row, shares, strict=True):
            _bars(axes, share, top)
            axes.tick_params(labelleft=axes is row[0])
        row[0].set_ylabel(wrapped_name(variant), fontsize=7.5)
    for axes in grid[1:-1].flat:
        axes.tick_params(labelbottom=False)
    figure.supxlabel("turn [degrees]", fontsize=9)
    return figure


def entropies(frame: pd.DataFrame, heads: dict[str, str]) -> Figure:
    """How often each entropy of the weights occurs among the test images: a panel per dataset, a line per variant, and
    an upright line at the entropy of equal weights.

    frame: columns dataset, variant, x (entropy [nats]), y (share of the images), one row per run and bin; means over
    runs are drawn.
    """
    figure, places = wrapped(len(heads), _HEIGHT)
    styles = line_styles(dict.fromkeys(frame["variant"]))
    for axes, (dataset, head) in zip(places, heads.items(), strict=True):
        part = frame[frame["dataset"] == dataset]
        for variant, look in styles.items():
            _steps(axes, part[part["variant"] == variant].groupby("x")["y"].mean(), look | {"label": variant})
        axes.axvline(MOST, color=MUTED, linestyle=":", label="log 4: equal weights")
        axes.set(title=head, xlim=(0, 1.04 * MOST), ylim=(0, None))
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel("test images [%]")
    label_below(places, "entropy of the weights [nats]")
    legend(figure, places[0], styles)
    return figure


def _steps(axes: Axes, means: pd.Series, look: dict[str, Any]) -> None:
    """Shares at the middles of equal bins, as steps that reach to the outer edges."""
    at, shares = means.index.to_numpy(dtype=float), 100 * means.to_numpy()
    if not len(at):
        return
    axes.plot([0.0, *at, MOST], [shares[0], *shares, shares[-1]], drawstyle="steps-mid", markevery=slice(1, -1), **look)


def _bars(axes: Axes, shares: np.ndarray, top: float) -> None:
    axes.bar(range(TURNS), np.nan_to_num(shares), 0.7, color=RULE, edgecolor=INK, linewidth=0.6)
    axes.axhline(1 / TURNS, color=INK, linestyle=":", linewidth=0.9)
    axes.set(ylim=(0, top), yticks=[0, top / 2, top], xlim=(-0.6, TURNS - 0.4))
    axes.set_xticks(range(TURNS), [f"{90 * turn}" for turn in range(TURNS)])
    axes.tick_params(labelsize=6, length=2)
