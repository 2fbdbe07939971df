"""Turbulence in pictures: its energy spectrum, and how alike its components are over time."""

import numpy as np
import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels

_SLOPE = -5 / 3  # of the energy spectrum between the forced scales and the viscous ones (Kolmogorov 1941)
_ABOVE = 1.5  # how far above the spectra the guide is drawn
_FORCED = 2  # largest wavenumber that the guide leaves out, since forcing acts there
_COMPONENTS = ("vx", "vy", "vz")


def pictures(results: StudyResults) -> list[Picture]:
    """Energy spectra with a guide, and the variance of each component over time."""
    return [*_spectra(results), *_variances(results)]


def _spectra(results: StudyResults) -> list[Picture]:
    """One line per dataset, and a line of the slope -5/3 above them."""
    heads = level_labels(results.settings)
    frames = [
        _lines("all", heads[name], tree["checks"]["wavenumber"], tree["checks"]["spectrum"])
        for name, tree in results.data.items()
        if tree["checks"].get("spectrum")
    ]
    if not frames:
        return []
    frame = pd.concat(frames, ignore_index=True).query("x > 0 and y > 0")
    slope = r"$k^{-5/3}$"
    course = Course(frame, "energy of the shell\n[length²/time²]", log=True, baseline=_guide(frame), guide=slope)
    chart = curves([course], {"all": "energy spectrum"}, "wavenumber k [2π / side of the box]", "log")
    caption = "Energy in shells of wavenumbers, mean over the set; dotted: the slope −5/3, at a height of its own."
    alt = "Lines on logarithmic axes: energy against wavenumber, one line per dataset, and a guide of slope −5/3."
    return [picture(f"{results.name}-data-spectrum", caption, alt, chart)]


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
        if tree["checks"].get("variances")
        for component, course in zip(_COMPONENTS, tree["checks"]["variances"], strict=True)
    ]
    if not frames:
        return []
    frame = pd.concat(frames, ignore_index=True)
    heads = {name: head for name, head in level_labels(results.settings).items() if name in set(frame["dataset"])}
    chart = curves([Course(frame, "mean square\n[length²/time²]")], heads, "time [time]")
    caption = "Mean square of each velocity component over time: in isotropic flow they stay close to each other."
    alt = "Lines: mean square of vx, vy and vz against time, one panel per dataset."
    return [picture(f"{results.name}-data-variances", caption, alt, chart)]


def _lines(dataset: str, name: str, x: list[float], y: list[float]) -> pd.DataFrame:
    """A line as the curves have it: no runs are behind it, so one seed that is no one's."""
    shared = {"dataset": dataset, "variant": name, "seed": 0, "status": "completed"}
    return pd.DataFrame({"x": x, "y": y}).assign(**shared)
