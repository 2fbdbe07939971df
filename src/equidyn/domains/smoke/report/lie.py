"""How far the learned maps are from commuting with small rotations."""

from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.levels import Chart, by_level
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words, places
from equidyn.report.statistics import over_seeds

TITLE = "Lie derivative"
_WORDS = (
    "The Lie derivative says how fast an answer, turned back, changes with the angle by which the question is turned, "
    "at angle 0; vector components turn with the picture. A network that is exact for quarter turns need not be for "
    "small angles: its filters live on a square grid. The published form turns pixels alone and sums over batches."
)


def section(results: StudyResults) -> Section | None:
    """The derivative's size over the answer's, and the published form beside it."""
    relative = results.quantity("lie", "relative")
    if relative.empty:
        return None
    published = results.quantity("audit/lie", "published")
    charts = [Chart(over_seeds(drawn(results, relative)), "relative [1/rad]", log=True)]
    if not published.empty:
        charts.append(Chart(over_seeds(drawn(results, published)), "as published", log=True))
    name = f"{results.name}-lie"
    caption = "Lie derivative of the first predicted frame, by variant; bars are 95 % intervals over seeds."
    alt = "Charts with logarithmic axes: the Lie derivative by dataset and variant, corrected and as published."
    told = f"Lie derivative of the first predicted frame. {over_seeds_words(results)}"
    table = case_table(results, name, told, _columns(results))
    return Section(
        TITLE,
        [_WORDS, *diverged_words(results)],
        [picture(name, caption, alt, by_level(charts, places(results)))],
        [table],
    )


def _columns(results: StudyResults) -> list[Column]:
    wanted = (
        ("relative [1/rad]", "lie", "relative"),
        (f"absolute [{VELOCITY_UNIT}/rad]", "lie", "absolute"),
        ("as published", "audit/lie", "published"),
    )
    return [Column(head, f"{measure}.{name}", results.quantity(measure, name)) for head, measure, name in wanted]
