"""Pictures of the card of Gaussian sets: how the sums of squares are distributed, and one set of each class."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.special import gammaln, xlogy

from equidyn.core.data.labelled import Labelled
from equidyn.core.pictures import drawn_with
from equidyn.domains.sets.source.chi_square import Variances, bayes_accuracy, bayes_threshold, sums_of_squares

_SETTINGS = {"font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5, "legend.frameon": False}
# Told apart by shade, hatching and line, not by colour alone.
_BARS = (
    {"facecolor": "#c3d9ea", "edgecolor": "#7fa8c9", "linewidth": 0.8},
    {"facecolor": "none", "edgecolor": "#e39a6b", "hatch": "////", "linewidth": 0.8},
)
_LINES = ({"color": "#004a75", "linestyle": "-"}, {"color": "#b34700", "linestyle": "--"})
MOST = 12  # vectors, or components, of a set that are shown


def draw(folder: Path, made: Labelled, variances: Variances) -> None:
    """Write squares.png and sets.png."""
    with drawn_with(_SETTINGS):
        _squares(made, variances).savefig(folder / "squares.png", dpi=130)
        _sets(made, variances).savefig(folder / "sets.png", dpi=130)


def density(sums: np.ndarray, variance: float, count: int) -> np.ndarray:
    """Density of the sum of squares of `count` normal values of mean 0 and this variance, at `sums` >= 0."""
    scaled = sums / variance
    log = xlogy(count / 2 - 1, scaled) - scaled / 2 - gammaln(count / 2) - count / 2 * np.log(2)
    return np.exp(log) / variance


def _squares(made: Labelled, variances: Variances) -> Figure:
    """Histogram of the sums of squares of both classes, with the chi-square densities and the best threshold."""
    sums, count = sums_of_squares(made.inputs), made.inputs[0].size
    figure = Figure(figsize=(8.6, 3.6), layout="constrained")
    axes = figure.subplots()
    edges = np.linspace(sums.min(), sums.max(), round(3 + 2 * np.cbrt(len(sums))))  # as many bins as noise allows
    fine = np.linspace(edges[0], edges[-1], 300)
    for label, variance in enumerate(variances):
        share, _ = np.histogram(sums[made.labels == label], edges, density=True)
        axes.stairs(share, edges, fill=True, label=f"class {label}, variance {variance:g}", **_BARS[label])
        axes.plot(fine, density(fine, variance, count), label=f"class {label}, chi-square", **_LINES[label])
    _threshold(axes, variances, count)
    axes.set(xlabel=f"sum of the squares of a set's values, n d = {count} [1]", ylabel="density [1]")
    axes.set_title(f"All {len(sums)} sets: counted, and as they should be distributed")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=3)  # anywhere inside it would cover a curve of some set
    return figure


def _threshold(axes: Axes, variances: Variances, count: int) -> None:
    """A line at the best threshold, which says how good it is; none where none is of use."""
    if variances[0] == variances[1]:
        return
    accuracy = f"{100 * bayes_accuracy(variances, count):.1f} %"
    place = bayes_threshold(variances, count)
    axes.axvline(place, color="black", linestyle=":", label=f"best threshold {place:.4g}: right in {accuracy}")


def _sets(made: Labelled, variances: Variances) -> Figure:
    """One set of each class, that of median sum of squares: a square per value, filled if positive."""
    sums = sums_of_squares(made.inputs)
    shown = [_median(sums, made.labels == label) for label in range(2)]
    values = made.inputs[shown][:, :MOST, :MOST]
    height, width = values.shape[1:]
    figure = Figure(figsize=(2 * (0.9 + 0.26 * max(width, 5)), 1.2 + 0.26 * max(height, 4)), layout="constrained")
    for label, axes in enumerate(figure.subplots(1, 2)):
        _hinton(axes, values[label], np.abs(values).max())
        title = f"class {label}, variance {variances[label]:g}\nsum of squares {sums[shown[label]]:.4g}"
        axes.set(xlabel="component", ylabel="vector", title=title)
    return figure


def _median(sums: np.ndarray, chosen: np.ndarray) -> int:
    """Index of the chosen set whose sum is the (lower) median of theirs."""
    candidates = np.flatnonzero(chosen)
    return int(candidates[np.argsort(sums[candidates])[(len(candidates) - 1) // 2]])


def _hinton(axes: Axes, values: np.ndarray, largest: float) -> None:
    """Squares with areas in proportion to the magnitudes."""
    for (row, column), value in np.ndenumerate(values):
        side = 0.95 * np.sqrt(abs(value) / largest)
        corner = (column - side / 2, row - side / 2)
        look = {"facecolor": "black" if value > 0 else "white", "edgecolor": "black", "linewidth": 0.8}
        axes.add_patch(Rectangle(corner, side, side, **look))
    height, width = values.shape
    axes.set(xlim=(-0.6, width - 0.4), ylim=(height - 0.4, -0.6), aspect="equal", facecolor="#e9ecef")
    axes.set(xticks=range(width), yticks=range(height))
