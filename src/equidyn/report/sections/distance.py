"""How far the weights are from equivariant: kernels from their projection, and relaxed weights from each other."""

import pandas as pd

from equidyn.domains.smoke.report.figures.scatter import lowest
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words

TITLE = "Distance to equivariance"
_WORDS = (
    "Distance: the part of a layer's kernel that the Reynolds projection takes away, over the whole kernel; 0 for an "
    "exactly equivariant layer. Spread: how far the relaxed weights of a layer differ over the group; 0 for layers "
    "that have none. Both look at weights alone, whatever the network is asked."
)
_OF_CUBE = (
    " A network that takes velocity components for scalars is held against the action on scalars here, which is not "
    "that of a flow."
)
_DISTANCE, _SPREAD = "distance", "spread"
# Measure -> which of the two it is.
_MEASURES = {"distance": _DISTANCE, "relaxation": _SPREAD, "cube_distance": _DISTANCE, "cube_relaxation": _SPREAD}
_LABELS = {_DISTANCE: "distance [1]", _SPREAD: "spread of\nrelaxed weights [1]"}


def section(results: StudyResults) -> Section | None:
    """Both by layer, and in total at every checkpoint."""
    found = {measure: values for measure in _MEASURES if not (values := results.quantity(measure, "by_layer")).empty}
    if not found:
        return None
    name = f"{results.name}-distance"
    courses = [
        Course(_clipped(drawn(results, values)), _LABELS[_MEASURES[measure]], log=True)
        for measure, values in found.items()
    ]
    chart = curves(courses, level_labels(results.settings), "layer")
    caption = (
        "Distance to equivariance by layer: mean, and range over seeds as a band. What is 0, or round-off, is drawn "
        "along the lower edge."
    )
    alt = "Line charts with logarithmic axes: distance to equivariance and spread of relaxed weights against layer."
    table = case_table(results, name, f"Over all layers. {over_seeds_words(results)}", _columns(results))
    words = _WORDS + (_OF_CUBE if "cube_distance" in found else "")
    return Section(TITLE, [words, *diverged_words(results)], [picture(name, caption, alt, chart)], [table])


def _clipped(values: pd.DataFrame) -> pd.DataFrame:
    """A logarithmic axis has no place for 0."""
    frame = values.rename(columns={"index": "x", "value": "y"})
    visible = frame["y"].where(frame["y"] > 1e-6)
    return frame.assign(y=frame["y"].clip(lower=lowest(visible.dropna())))


def _columns(results: StudyResults) -> list[Column]:
    return [
        Column(f"{label}, {checkpoint}", f"{measure}.total@{checkpoint}", values)
        for measure, label in _MEASURES.items()
        for checkpoint in sorted(results.checkpoints, reverse=True)
        if not (values := results.quantity(measure, "total", checkpoint)).empty
    ]
