"""Pictures of the card of turbulence: a slice of one sample, the energy spectrum, and the variances over time."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from equidyn.core.pictures import drawn_with
from equidyn.domains.turbulence.params import TurbulenceSource
from equidyn.domains.turbulence.source.volumes import Volumes

_SETTINGS = {"font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5, "legend.frameon": False}
_STYLES = (("#0072b2", "-"), ("#d55e00", "--"), ("#009e73", "-."))  # of vx, vy, vz: by colour and line
_GUIDE = 1.6  # Kolmogorov's constant, E(k) = 1.6 dissipation^(2/3) k^(-5/3) (Sreenivasan 1995)


def draw(folder: Path, made: Volumes, source: TurbulenceSource) -> None:
    """Write slices.png and course.png."""
    coarse, fine = (fields[0] for fields in made.of("train"))
    with drawn_with(_SETTINGS):
        _slices(coarse[len(coarse) // 2], fine).savefig(folder / "slices.png", dpi=130)
        _course(made.attributes["checks"], source).savefig(folder / "course.png", dpi=130)


def _slices(coarse: np.ndarray, fine: np.ndarray) -> Figure:
    """Each component in the middle layer of z, coarse above and fine below: (3, z, y, x); y upwards."""
    largest = float(np.abs(fine).max())
    figure = Figure(figsize=(8.6, 5.6), layout="constrained")
    axes = figure.subplots(2, 3)
    for row, (words, field) in enumerate((("coarse", coarse), ("fine", fine))):
        voxels = field.shape[-1]
        for column, component in enumerate("xyz"):
            panel = axes[row, column]
            layer = field[column, voxels // 2]
            shown = panel.imshow(layer, origin="lower", cmap="RdBu_r", vmin=-largest, vmax=largest)
            panel.set(xticks=[], yticks=[], title=f"v{component}, {words}, {voxels} x {voxels} voxels")
    figure.colorbar(shown, ax=axes, shrink=0.7, label="velocity [length/time]")
    return figure


def _course(checks: dict, source: TurbulenceSource) -> Figure:
    figure = Figure(figsize=(8.6, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _spectrum(left, checks, source)
    _variances(right, checks, source)
    for axes in (left, right):
        axes.grid(color="#dfe3e8", linewidth=0.7)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _spectrum(axes: Axes, checks: dict, source: TurbulenceSource) -> None:
    """Energy by shell, and the law of the inertial range for the same dissipation; the corners' shells are left out."""
    wavenumber, energy = (np.array(checks[key], dtype=float) for key in ("wavenumber", "spectrum"))
    whole = wavenumber < source.resolution / 3
    axes.loglog(wavenumber[whole], energy[whole], "o-", color="#0072b2", markersize=3, label="fine frames")
    guide = _GUIDE * checks["dissipation"] ** (2 / 3) * wavenumber[whole] ** (-5 / 3)
    axes.loglog(wavenumber[whole], guide, ":", color="black", label=r"$1.6\,\epsilon^{2/3} k^{-5/3}$")
    cut = source.resolution / source.factor / 2
    axes.axvline(cut, color="#888888", linestyle="--", label=f"coarse grid's limit, {cut:g}")
    axes.set(xlabel="wave number k [1]", ylabel="energy in a shell [length²/time²]", title="Energy spectrum")
    axes.legend()


def _variances(axes: Axes, checks: dict, source: TurbulenceSource) -> None:
    for component, values, (colour, line) in zip("xyz", checks["variances"], _STYLES, strict=True):
        axes.plot(checks["times"], values, line, color=colour, label=f"$\\langle v_{component}^2\\rangle$")
    axes.axvspan(0, source.burn_in * source.dt, color="#eef0f2", label="burn-in")
    axes.set(xlabel="time [time]", ylabel="variance [length²/time²]", title="Components, mean over simulations")
    axes.set_ylim(0, None)
    axes.legend(ncols=2)
