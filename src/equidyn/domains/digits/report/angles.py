"""How wrong auto-encoders are about images turned by any angle."""

import math

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import COLUMNS, Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.ranking import findings
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Part, Section, chart_parts, diverged_words, over_seeds_words
from equidyn.report.tables import Table

TITLE = "Error against angle"
HALFWAY = (45, 135, 225, 315)  # degrees: the angles that are farthest from any quarter turn
_TICKS = range(0, 361, 90)
_HIGHER = 1.0  # than curves over epochs, which lie less close to each other [inches]
_RUN = ["dataset", "variant", "seed", "status"]
_WORDS = (
    "Each test image is turned about its middle, by quarter turns exactly and in between with linear interpolation, "
    "which softens it and may make it easier: networks can be compared at one angle, but where the error of one has a "
    "peak at quarter turns, it need not be better at other poses. Networks that commute with quarter turns are as "
    "wrong 90 degrees on; between quarter turns nothing is imposed."
)


def section(results: StudyResults) -> Section | None:
    """The curve of each variant, and its error halfway between quarter turns beside the one upright."""
    frame = results.along("angles", "degrees", "mse")
    if frame.empty:
        return None
    shown = [_picture(results, part.of(frame), part) for part in chart_parts(results)]
    found = {name: _per_run(frame, name) for name in ("upright", "halfway", "worst")}
    text = [_WORDS, *_best_words(results, found["halfway"]), *diverged_words(results)]
    return Section(TITLE, text, shown, [_table(results, found)])


def _per_run(frame: pd.DataFrame, which: str) -> pd.DataFrame:
    """Columns of a run and value: upright, the mean halfway between quarter turns, or the largest at any angle."""
    if which == "worst":
        return frame.groupby(_RUN, sort=False)["y"].max().rename("value").reset_index()
    rows = frame[frame["x"].isin(HALFWAY if which == "halfway" else (0,))]
    return rows.groupby(_RUN, sort=False)["y"].mean().rename("value").reset_index()


def _over(values: pd.DataFrame, upright: pd.DataFrame) -> pd.DataFrame:
    both = values.merge(upright, on=_RUN, suffixes=("", "_upright"))
    return both.assign(value=both["value"] / both["value_upright"])


def _best_words(results: StudyResults, halfway: pd.DataFrame) -> list[str]:
    """Who is best where no network knows the turn."""
    labels = level_labels(results.settings)
    place = "images halfway between quarter turns"
    heads = {name: f"{place}{f' ({label})' if len(labels) > 1 else ''}" for name, label in labels.items()}
    return findings(halfway, heads, "MSE per pixel", place="On ")


def _table(results: StudyResults, found: dict[str, pd.DataFrame]) -> Table:
    upright = found["upright"]
    columns = [
        Column("upright", "angles.upright", upright),
        Column("halfway", "angles.halfway", found["halfway"]),
        Column("halfway / upright", "angles.halfway/upright", _over(found["halfway"], upright)),
        Column("worst angle / upright", "angles.worst/upright", _over(found["worst"], upright)),
    ]
    caption = (
        "MSE per pixel of upright images and of images halfway between quarter turns (mean of four angles), and of the "
        f"angle that is worst. {over_seeds_words(results)}"
    )
    return case_table(results, f"{results.name}-angles", caption, columns)


def _picture(results: StudyResults, frame: pd.DataFrame, part: Part) -> Picture:
    whole = pd.concat([frame, frame[frame["x"] == 0].assign(x=360)])  # a full turn is none
    heads = level_labels(results.settings)
    chart = curves([Course(whole, "MSE per pixel [1]", log=True)], heads, "angle [degrees]")
    chart.set_figheight(chart.get_figheight() + _HIGHER * math.ceil(len(heads) / COLUMNS))
    for axes in chart.axes:
        axes.set_xticks(_TICKS)
    caption = (
        "Error on the test images turned by an angle, counter-clockwise; mean and range over seeds. The axis "
        f"of the error is logarithmic.{part.words}"
    )
    alt = "Curves, one per variant: MSE per pixel against the angle by which the test images are turned."
    return picture(f"{results.name}-angles{part.suffix}", caption, alt, chart)
