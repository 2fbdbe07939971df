"""How accuracy falls when digits are moved: by whole pixels, and by any angle."""

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, percent
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, chart_parts, diverged_words, over_seeds_words

TITLE = "Moved digits"
_ANGLES = (0, 45, 90, 135, 180)  # columns of the table
_LENGTHS = 4  # the same of shifts, at most


def section(results: StudyResults) -> Section | None:
    """Accuracy against the length of a shift and against the angle of a turn."""
    shifts, angles = _along(results, "shift", "shift_accuracy"), _along(results, "degrees", "angle_accuracy")
    if shifts.empty and angles.empty:
        return None
    name = f"{results.name}-motions"
    pictures = [
        *_pictures(results, shifts, f"{name}-shift", "shift [pixels]", "shifted by whole pixels along an axis"),
        *_pictures(results, angles, f"{name}-angle", "angle [degrees]", "turned by an angle, either way"),
    ]
    columns = [*_columns(shifts, _chosen(shifts), "shift", "px"), *_columns(angles, _ANGLES, "angle", "°")]
    caption = f"Test accuracy of moved digits. {over_seeds_words(results)}"
    table = case_table(results, name, caption, columns)
    text = [_words(results), *_losses(results, shifts), *diverged_words(results)]
    return Section(TITLE, text, pictures, [table])


def _along(results: StudyResults, x: str, y: str) -> pd.DataFrame:
    return results.along("motions", x, y)


def _words(results: StudyResults) -> str:
    inside = results.quantity("motions", "inside")["value"].dropna()
    count = f" ({inside.iloc[0]:,.0f} images in one direction at least)" if inside.nunique() == 1 else ""
    return (
        "Shifts: mean over the directions along both axes and both diagonals (by as many pixels of either axis), in "
        f"each on those test images whose ink stays inside at the largest shift{count}: the same images at every "
        "length, so that nothing but the place changes. Angles: mean over both senses, exact at 90 and 180 degrees and "
        "interpolated bilinearly between, which softens the images a little. Both on test images, at most as many as "
        "the measure is told to take."
    )


def _losses(results: StudyResults, shifts: pd.DataFrame) -> list[str]:
    """Per dataset, what each variant's accuracy is at no shift and at the largest."""
    sound = shifts[shifts["status"] != "diverged"].dropna(subset="y")
    heads, told = level_labels(results.settings), []
    for dataset, part in sound.groupby("dataset", sort=False):
        means = part.groupby(["variant", "x"], sort=False)["y"].mean().unstack("x")
        ends = [f"{name} {percent(row.iloc[0])} → {percent(row.iloc[-1])}" for name, row in means.iterrows()]
        told.append(f"Accuracy at no shift → at {means.columns[-1]:g} pixels, {heads[dataset]}: {listed(ends)}.")
    return told


def _chosen(shifts: pd.DataFrame) -> tuple[float, ...]:
    """The first, the last and some lengths between."""
    lengths = sorted(shifts["x"].unique())
    every = max(1, -(-(len(lengths) - 1) // _LENGTHS))
    return tuple(dict.fromkeys([*lengths[::every], *lengths[-1:]]))


def _columns(frame: pd.DataFrame, chosen: tuple[float, ...], what: str, unit: str) -> list[Column]:
    values = frame.rename(columns={"y": "value"})
    return [
        Column(f"{what} {at:g} {unit}".replace(" °", "°"), f"motions.{what}[{at:g}]", values[values["x"] == at])
        for at in chosen
    ]


def _pictures(results: StudyResults, frame: pd.DataFrame, name: str, xlabel: str, how: str) -> list[Picture]:
    if frame.empty:
        return []
    caption = f"Test accuracy of digits {how}: mean, and range over seeds as a band."
    alt = f"Line charts: test accuracy against {xlabel.partition(' [')[0]}, one line per variant."
    scale = "degrees" if "degrees" in xlabel else "integer"
    shown = []
    for part in chart_parts(results):
        course = Course(part.of(frame), "test accuracy [1]", baseline=_guess(results, frame), guide="by guessing")
        chart = curves([course], level_labels(results.settings), xlabel, scale)
        shown.append(picture(f"{name}{part.suffix}", f"{caption}{part.words}", alt, chart))
    return shown


def _guess(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame | None:
    """The share of the most frequent digit, where accuracies come near it."""
    guess = results.quantity("recognition", "guess").groupby("dataset", sort=False)["value"].mean()
    if guess.empty or frame["y"].min() > 2 * guess.max():
        return None
    ends = [frame["x"].min(), frame["x"].max()]
    return pd.DataFrame([{"dataset": name, "x": at, "y": value} for name, value in guess.items() for at in ends])
