"""How much the loss changes when the weights are moved a little."""

import pandas as pd

from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import counted, number, tick
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.checkpoints import words as checkpoint_words
from equidyn.report.sections.section import Section, chart_parts, diverged_words, over_seeds_words, seen_words
from equidyn.report.tables import Table
from equidyn.report.wording import wording

TITLE = "Sharpness"
_CELL = ["dataset", "variant", "seed"]
_FORMS = {"sphere": "unit sphere", "adaptive": "adaptive"}
_CHANGE = "mean |L(w + t d) − L(w)|"


def section(results: StudyResults) -> Section | None:
    """Sharpness along t at every checkpoint, with the control at t = 0."""
    pictures = [shown for checkpoint in results.checkpoints for shown in _pictures(results, checkpoint)]
    if not pictures:
        return None
    text = [_words(results), control_words(results), checkpoint_words(results), *diverged_words(results)]
    return Section(TITLE, text, pictures, [_table(results)])


def _words(results: StudyResults) -> str:
    samples = wording(results.settings).samples
    return (
        f"Sharpness is {_CHANGE} over random directions d, of the loss on training {samples}, with the network in eval "
        "mode. On the unit sphere all weights are moved alike; in the adaptive form each filter's part of d is as long "
        "as the filter, so that scaling a filter and its successor oppositely, which leaves the network's answers as "
        f"they are, changes nothing.{seen_words(results)}"
    )


def control_words(results: StudyResults) -> str:
    """The largest sharpness at t = 0, where it must vanish, as a number."""
    parts = [results.quantity("sharpness", "control", checkpoint) for checkpoint in results.checkpoints]
    controls = pd.concat(parts)
    places = f"{counted(len(controls), 'checkpoint')} of {counted(len(controls[_CELL].drop_duplicates()), 'cell')}"
    largest = controls["value"].abs().max(skipna=False) if len(controls) else float("nan")
    verdict = "as it must be" if largest == 0 else "but it must be 0: do not trust this section"
    return f"Control: the largest |L(w + 0 d) − L(w)| is {number(largest)} over {places}, {verdict}."


def _pictures(results: StudyResults, checkpoint: str) -> list[Picture]:
    frames = {form: results.along("sharpness", "radii", form, checkpoint) for form in _FORMS}
    unit = wording(results.settings).loss_unit
    caption = f"Sharpness, {_CHANGE}, at the {checkpoint} checkpoint: mean, and range over seeds as a band."
    alt = "Line charts with logarithmic axes: sharpness against the size t of the perturbation, one line per variant."
    shown = []
    for part in chart_parts(results):
        courses = [
            Course(frame[frame["x"] > 0], f"{label}\n[{unit}]", log=True)
            for (form, label) in _FORMS.items()
            if not (frame := part.of(frames[form])).empty
        ]
        if courses:
            chart = curves(courses, level_labels(results.settings), "t", "log")
            name = f"{results.name}-sharpness-{checkpoint}{part.suffix}"
            shown.append(picture(name, f"{caption}{part.words}", alt, chart))
    return shown


def _table(results: StudyResults) -> Table:
    """The middle one of the radii, where neither round-off nor saturation matters most."""
    columns = []
    for form, label in _FORMS.items():
        for checkpoint in sorted(results.checkpoints, reverse=True):
            frame = results.along("sharpness", "radii", form, checkpoint)
            radius = sorted(frame["x"].unique())[len(frame["x"].unique()) // 2] if len(frame) else 0.0
            values = frame[frame["x"] == radius].rename(columns={"y": "value"})
            head = f"{label}, t = {tick(radius)}, {checkpoint}"
            columns.append(Column(head, f"sharpness.{form}[t={radius:g}]@{checkpoint}", values))
    caption = f"{_CHANGE[0].upper()}{_CHANGE[1:]} at one t; every t is in the file of all numbers. "
    return case_table(results, f"{results.name}-sharpness", caption + over_seeds_words(results), columns)
