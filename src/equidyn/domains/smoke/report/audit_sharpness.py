"""Audit: the published sharpness is not 0 where nothing is perturbed."""

import pandas as pd

from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.dots import Series, bars
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import counted, number, tick
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import over_seeds

TITLE = "Audit: sharpness without a perturbation"
_WORDS = (
    "The published code takes the loss of the network in train mode, where batch norm uses the statistics of the "
    "batch, and the loss of its perturbed copy in eval mode, where it uses running averages. So the difference of the "
    "two modes enters the number, whatever the perturbation: a network with batch norm seems sharp at t = 0. The "
    "direction is divided by the number N of weights, so that its length is about 1/√N and hardly any perturbation is "
    "left; and the filters of e2cnn are expanded before it, so that only its norms move."
)


def section(results: StudyResults) -> Section | None:
    """The published function at t = 0 and at its middle t, and ours at t = 0."""
    published = results.quantity("audit/sharpness", "control")
    if published.empty:
        return None
    curve = results.along("audit/sharpness", "radii", "published")
    radius = sorted(curve["x"].unique())[len(curve["x"].unique()) // 2] if len(curve) else float("nan")
    at_radius = curve[curve["x"] == radius].rename(columns={"y": "value"})
    series = [
        (f"published, t = {tick(radius)}", "audit/sharpness.published", at_radius),
        ("published, t = 0", "audit/sharpness.control", published),
        ("ours, t = 0", "sharpness.control", results.quantity("sharpness", "control")),
    ]
    known = [(label, name, values) for label, name, values in series if not values.empty]
    drawn = [Series(label, over_seeds(values)) for label, _, values in known]
    name = f"{results.name}-audit-sharpness"
    chart = bars(drawn, level_labels(results.settings), results.variants, f"“sharpness” [({VELOCITY_UNIT})²]")
    caption = (
        "The published sharpness with and without a perturbation, and ours without. Bars are means, whiskers 95 % "
        "intervals over seeds; where no bar is seen, the number is 0 or close to it."
    )
    alt = "Bars per variant: the published sharpness at a perturbation and at none, and ours at none."
    columns = [Column(label, name, values) for label, name, values in known]
    table = case_table(results, name, f"At the best checkpoint. {over_seeds_words(results)}", columns)
    text = [_WORDS, _measured(published), *diverged_words(results)]
    return Section(TITLE, text, [picture(name, caption, alt, chart)], [table])


def _measured(published: pd.DataFrame) -> str:
    finite = published.dropna(subset="value")
    moved = finite[finite["value"].abs() > 0]
    named = ", ".join(dict.fromkeys(moved["variant"])) or "none"
    largest = finite["value"].abs().max() if len(finite) else float("nan")
    return (
        f"Measured here with a perturbation of zero: the published function is not 0 in {counted(len(moved), 'run')} "
        f"of {len(finite)} (variants: {named}); its largest value is {number(largest)}."
    )
