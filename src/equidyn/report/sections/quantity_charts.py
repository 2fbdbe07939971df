"""Charts of quantities: single numbers by dataset, others along their axis."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from equidyn.report.figures.axes import is_cut, lowest
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.dots import Guide, Series, dots
from equidyn.report.figures.levels import Baseline, Chart, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels, ordered, panel_heads
from equidyn.report.sections.quantity_values import Axis, Shown
from equidyn.report.sections.section import Part, chart_parts, drawn, panel_words, places
from equidyn.report.statistics import over_seeds

_TOGETHER, _ABREAST = 4, 2  # quantities in one chart, at most; such whose panels stand side by side
_GUIDES = (":", "--", "-.", "-")


def single_charts(
    results: StudyResults, name: str, title: str, shown: Sequence[Shown], audit: bool = False
) -> list[Picture]:
    """Means with intervals: along the datasets, if they are steps along one axis, else side by side."""
    known = {dataset for one in shown for dataset in one.values["dataset"]}
    rising = ordered(results.settings) and len(known) > 1
    groups = _groups(shown, (lambda one: ()) if rising else (lambda one: (one.unit, one.quantity.scale)))
    pictures = []
    for place, group in enumerate(groups, start=1):
        caption = f"{title}: {'; '.join(one.label for one in group)}.{_better(group)} Bars are 95 % intervals."
        if any(one.quantity.scale == "log" for one in group):
            caption += " On a logarithmic axis: geometric means, intervals of logarithms."
        if any(one.quantity.scale == "log" and (drawn(results, one.values)["value"] == 0).any() for one in group):
            caption += " What is 0 is drawn at the edge."
        if any(is_cut(_estimates(one), one.quantity.scale == "log") for one in group):
            caption += " Intervals that go far beyond the means are cut at the edge."
        alt = f"Chart of {', '.join(one.quantity.label for one in group)}, by dataset and variant."
        for part in chart_parts(results, audit):
            chart = _rising(results, group, part) if rising else _beside(results, group, part)
            stem = f"{name}{f'-{place}' if place > 1 else ''}{part.suffix}"
            pictures.append(picture(stem, f"{caption}{part.words}", alt, chart))
    return pictures


def along_charts(
    results: StudyResults, name: str, title: str, shown: Sequence[Shown], audit: bool = False
) -> list[Picture]:
    """Curves of such as have one axis and checkpoint: a line per variant."""
    axis, pictures = shown[0].axis, []
    for place, group in enumerate(_groups(shown, lambda one: one.quantity.scale, _ABREAST), start=1):
        caption = (
            f"{title} against {axis.label}: {'; '.join(one.label for one in group)}.{_better(group)} Mean, and range "
            f"over seeds as a band.{panel_words(results)}"
        )
        alt = f"Line charts of {', '.join(one.quantity.label for one in group)} against {axis.label}, by variant."
        for part in chart_parts(results, audit):
            chart = _curves(results, [_course(one, part) for one in group], axis)
            stem = f"{name}{f'-{place}' if place > 1 else ''}{part.suffix}"
            pictures.append(picture(stem, f"{caption}{part.words}", alt, chart))
    return pictures


def _better(group: Sequence[Shown]) -> str:
    """Which way is better, where that is the same for all."""
    sides = {one.quantity.better for one in group}
    return f" {next(iter(sides)).capitalize()} is better." if len(sides) == 1 and sides <= {"lower", "higher"} else ""


def _groups(shown: Sequence[Shown], key: Callable[[Shown], object], most: int = _TOGETHER) -> Iterator[list[Shown]]:
    """Those with one key, few at a time, in their order."""
    for value in dict.fromkeys(map(key, shown)):
        same = [one for one in shown if key(one) == value]
        yield from (same[first : first + most] for first in range(0, len(same), most))


def _estimates(one: Shown) -> pd.DataFrame:
    """Means and intervals in the reader's unit; for a logarithmic axis those of logarithms, and none below its end."""
    ends = ["mean", "low", "high"]
    if one.quantity.scale == "linear":
        return one.estimates.assign(**{end: one.factor * one.estimates[end] for end in ends})
    floor = lowest(one.factor * one.values["value"])
    logs = over_seeds(one.values.assign(value=np.log((one.factor * one.values["value"]).clip(lower=floor))))
    return logs.assign(**{end: np.exp(logs[end]) for end in ends})


def _levels(one: Shown) -> dict[str, dict[str, float]]:
    """Label -> dataset -> baseline in the reader's unit; one of 0 has no place on a logarithmic axis."""
    levels = {label: one.factor * frame.set_index("dataset")["value"] for label, frame in one.baselines.items()}
    if one.quantity.scale == "log":
        floor = lowest(one.factor * one.estimates["mean"])
        levels = {label: level[level > 0].clip(lower=floor) for label, level in levels.items()}
    return {label: level.to_dict() for label, level in levels.items() if len(level)}


def _rising(results: StudyResults, group: Sequence[Shown], part: Part) -> Figure:
    charts = [
        Chart(
            part.of(_estimates(one)),
            one.label.replace(" [", "\n["),
            next((Baseline(label, level) for label, level in _levels(one).items()), None),
            log=one.quantity.scale == "log",
        )
        for one in group
    ]
    return by_level(charts, places(results, {name for one in group for name in one.values["dataset"]}))


def _beside(results: StudyResults, group: Sequence[Shown], part: Part) -> Figure:
    first, known = group[0], {name for one in group for name in one.values["dataset"]}
    heads = {name: head for name, head in level_labels(results.settings).items() if name in known}
    series = [Series(one.quantity.label, part.of(_estimates(one))) for one in group]
    levels = {
        label: level for one in reversed(group) for label, level in _levels(one).items() if set(heads) <= set(level)
    }
    guides = [
        Guide(label, level, {"linestyle": dash}) for (label, level), dash in zip(levels.items(), _GUIDES, strict=False)
    ]
    label = first.label if len(group) == 1 else "" if first.unit == "1" else f"[{first.unit}]"
    log = first.quantity.scale == "log"
    return dots(series, heads, list(part.variants), label, log=log, apart=len(group) > 1, guides=guides)


def _course(one: Shown, part: Part) -> Course:
    """On a logarithmic axis nothing is below its end."""
    log = one.quantity.scale == "log"
    floor = lowest(one.factor * one.values["value"]) if log else None

    def scaled(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(x=frame["at"], y=(one.factor * frame["value"]).clip(lower=floor))

    guide, baseline = next(((label, scaled(frame)) for label, frame in one.baselines.items()), ("", None))
    label = one.label.replace(" [", "\n[")
    return Course(scaled(part.of(one.values)), label, log, baseline, guide)


def _curves(results: StudyResults, courses: list[Course], axis: Axis) -> Figure:
    scale = "degrees" if "[degrees]" in axis.label else "log" if axis.log else "integer"
    kept = [replace(one, frame=one.frame[one.frame["x"] > 0]) if axis.log else one for one in courses]
    known = {dataset for one in kept for dataset in one.frame["dataset"]}
    heads = {name: head for name, head in panel_heads(results.settings).items() if name in known}
    return curves(kept, heads, axis.label, scale, axis.names)
