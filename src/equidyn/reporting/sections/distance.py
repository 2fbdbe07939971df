"""How far the weights are from equivariant: kernels from their projection, and relaxed weights from each other."""

import pandas as pd

from equidyn.reporting.figures.curves import Course, curves
from equidyn.reporting.figures.scatter import lowest
from equidyn.reporting.figures.style import picture
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import level_labels
from equidyn.reporting.sections.cases import Column, case_table
from equidyn.reporting.sections.section import Section, diverged_words, drawn, over_seeds_words

TITLE = "Distance to equivariance"
_WORDS = (
    "Distance: the part of a layer's kernel that the Reynolds projection takes away, over the whole kernel; 0 for an "
    "exactly equivariant layer. Spread: how far the relaxed weights of a layer differ over the group; 0 for layers "
    "that have none. Both look at weights alone, whatever the network is asked."
)
_COURSES = {"distance": "distance [1]", "relaxation": "spread of\nrelaxed weights [1]"}


def section(results: StudyResults) -> Section | None:
    """Both by layer, and in total at every checkpoint."""
    found = {measure: values for measure in _COURSES if not (values := results.quantity(measure, "by_layer")).empty}
    if not found:
        return None
    name = f"{results.name}-distance"
    courses = [
        Course(_clipped(drawn(results, values)), _COURSES[measure], log=True) for measure, values in found.items()
    ]
    chart = curves(courses, level_labels(results.settings), "layer")
    caption = (
        "Distance to equivariance by layer: mean, and range over seeds as a band. What is 0, or round-off, is drawn "
        "along the lower edge."
    )
    alt = "Line charts with logarithmic axes: distance to equivariance and spread of relaxed weights against layer."
    table = case_table(results, name, f"Over all layers. {over_seeds_words(results)}", _columns(results))
    return Section(TITLE, [_WORDS, *diverged_words(results)], [picture(name, caption, alt, chart)], [table])


def _clipped(values: pd.DataFrame) -> pd.DataFrame:
    """A logarithmic axis has no place for 0."""
    frame = values.rename(columns={"index": "x", "value": "y"})
    visible = frame["y"].where(frame["y"] > 1e-6)
    return frame.assign(y=frame["y"].clip(lower=lowest(visible.dropna())))


def _columns(results: StudyResults) -> list[Column]:
    return [
        Column(f"{label}, {checkpoint}", f"{measure}.total@{checkpoint}", values)
        for measure, label in (("distance", "distance"), ("relaxation", "spread"))
        for checkpoint in sorted(results.checkpoints, reverse=True)
        if not (values := results.quantity(measure, "total", checkpoint)).empty
    ]
