"""Turbulence in words, numbers and pictures: how its samples were made, and whether it is what it should be."""

from typing import Any

import numpy as np
import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.data import Check

_FILTERS = {
    "box": "each voxel the mean over the block of fine ones that it covers",
    "spectral": "cut off sharply at the largest wavenumber that the coarse grid can hold",
}
_SLOPE = -5 / 3  # of the energy spectrum between the forced scales and the viscous ones (Kolmogorov 1941)
_ABOVE = 1.5  # how far above the spectra the guide is drawn
_FORCED = 2  # largest wavenumber that the guide leaves out, since forcing acts there
_COMPONENTS = ("vx", "vy", "vz")
CHECKS = {
    "variance": Check("mean of vx², vy², vz² [length²/time²]", "equal"),
    "variance_ratio": Check("largest of these over the smallest [1]", "1"),
    "variance_off": Check("farthest of them from their mean [standard errors]", "6 or less"),
    "cross": Check("largest mean product of two components over mean square [1]", "0"),
    "cross_off": Check("the same, from 0 [standard errors]", "6 or less"),
    "gradient_ratio": Check("mean square of transverse over longitudinal gradients [1]", "2"),
    "skewness": Check("skewness of longitudinal gradients [1]", "about -0.4"),
    "kmax_eta": Check("k_max eta: largest wavenumber kept times Kolmogorov's length [1]", "1 or more"),
    "re_lambda": Check("Re_lambda: Reynolds number of Taylor's length [1]"),
    "turnovers": Check("burn-in, in turnovers of the large eddies [1]", "several"),
    "energy": Check("energy [length²/time²]"),
    "power": Check("power of the forcing [length²/time³]"),
    "dissipation": Check("dissipation [length²/time³]"),
    "balance": Check("dissipation and change of energy, over the power [1]", "1"),
    "cfl": Check("largest Courant number, in voxels per step [1]", "2 or less"),
    "divergence": Check("largest divergence, relative [1]", "round-off"),
    "float64_difference": Check("difference from double precision, relative [1]", "small"),
    "float64_steps": Check("after so many steps"),
}
_READING = (
    "In isotropic flow the three components have one variance and are uncorrelated; gradients across a component's "
    "own direction have twice the mean square of those along it, since the flow does not diverge; and the latter "
    "are skewed by about −0.4, as large eddies break into small ones. The smallest eddies are resolved if k_max "
    "eta is 1 or more. What the forcing puts in, viscosity must take out. A set of few simulations scatters about "
    "these values. At small Re_lambda the spectrum falls faster than the guide, as there is little between the "
    "forced scales and the viscous ones."
)


def words(results: StudyResults) -> list[str]:
    """Paragraphs: how the samples were made, how the checks are to be read, and what symmetry the sets have."""
    return [_samples(results.settings), _READING, _symmetry(results)]


def _samples(study: Any) -> str:
    source, split, coarse = study.source, study.source.split, study.source.resolution // study.source.factor
    return (
        "Incompressible flow in a periodic box of side 2π, kept going by forcing its large scales, on "
        f"{_cube(source.resolution)} voxels by a pseudo-spectral solver: for each seed {split.train} independent "
        f"simulations to train on, {split.validation} for validation and {split.test} for testing. Each gives "
        f"{source.samples} samples, {source.interval:,} steps of {source.dt:g} apart, after {source.burn_in:,} steps "
        f"that are thrown away. A sample is {source.context} coarse frames of {_cube(coarse)} voxels, {source.spacing} "
        f"steps apart, {_FILTERS[source.filter]}. A network must predict the fine frame at the time of the middle one."
    )


def _cube(side: int) -> str:
    return " × ".join([str(side)] * 3)


def _symmetry(results: StudyResults) -> str:
    heads = level_labels(results.settings)
    ratios = [f"{number(tree['checks']['variance_ratio'], 3)} at {heads[name]}" for name, tree in results.data.items()]
    broken = any(tree["checks"]["anisotropy"] for tree in results.data.values())
    weighed = (
        "The forcing weighs vx, vy and vz by 1 + 2 ε, 1 − ε and 1 − ε, at the same power in all. Where ε is above 0 "
        "the flow is anisotropic, and must differ from the last column: of the 24 rotations of the cube only the 8 "
        "that keep the x axis stay symmetries. "
    )
    return (
        f"{weighed if broken else ''}The largest variance of a component over the smallest is {listed(ratios)}. "
        "The symmetry of a set is one of its distribution: no flow is stored in two "
        "orientations, so an equivariance error of the data is not defined."
    )


def pictures(results: StudyResults) -> list[Picture]:
    """Energy spectra with a guide, and the variance of each component over time."""
    return [*_spectra(results), *_variances(results)]


def _spectra(results: StudyResults) -> list[Picture]:
    """One line per dataset, and a line of the slope -5/3 above them."""
    heads = level_labels(results.settings)
    frames = [
        _lines("all", heads[name], tree["checks"]["wavenumber"], tree["checks"]["spectrum"])
        for name, tree in results.data.items()
    ]
    frame = pd.concat(frames, ignore_index=True).query("x > 0 and y > 0")
    slope = r"$k^{-5/3}$"
    course = Course(frame, "energy of the shell\n[length²/time²]", log=True, baseline=_guide(frame), guide=slope)
    chart = curves([course], {"all": "energy spectrum"}, "wavenumber k [2π / side of the box]", "log")
    caption = "Energy in shells of wavenumbers, mean over the set; dotted: the slope −5/3, at a height of its own."
    alt = "Lines on logarithmic axes: energy against wavenumber, one line per dataset, and a guide of slope −5/3."
    return [picture(f"{results.name}--data-spectrum", caption, alt, chart)]


def _guide(frame: pd.DataFrame) -> pd.DataFrame | None:
    """The slope over the wavenumbers that are not forced, up to half of the largest; None if there are none."""
    shown = frame[(frame["x"] > _FORCED) & (frame["x"] <= frame["x"].max() / 2)]
    if shown.empty:
        return None
    height = _ABOVE * (shown["y"] * shown["x"] ** -_SLOPE).max()
    wavenumbers = np.unique(shown["x"])
    return pd.DataFrame({"dataset": "all", "x": wavenumbers, "y": height * wavenumbers**_SLOPE})


def _variances(results: StudyResults) -> list[Picture]:
    """A panel per dataset, a line per component."""
    frames = [
        _lines(name, component, tree["checks"]["times"], course)
        for name, tree in results.data.items()
        for component, course in zip(_COMPONENTS, tree["checks"]["variances"], strict=True)
    ]
    frame = pd.concat(frames, ignore_index=True)
    chart = curves([Course(frame, "mean square\n[length²/time²]")], level_labels(results.settings), "time [time]")
    caption = "Mean square of each velocity component over time: in isotropic flow they stay close to each other."
    alt = "Lines: mean square of vx, vy and vz against time, one panel per dataset."
    return [picture(f"{results.name}--data-variances", caption, alt, chart)]


def _lines(dataset: str, name: str, x: list[float], y: list[float]) -> pd.DataFrame:
    """A line as the curves have it: no runs are behind it, so one seed that is no one's."""
    shared = {"dataset": dataset, "variant": name, "seed": 0, "status": "completed"}
    return pd.DataFrame({"x": x, "y": y}).assign(**shared)
