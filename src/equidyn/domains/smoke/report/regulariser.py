"""What the regulariser's strength alpha does to learned equivariance and Lie derivative (the blog's figures 3, 4)."""

from dataclasses import replace

from equidyn.report.families import alpha_families, alphas
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.quantity_tables import single_table
from equidyn.report.sections.quantity_values import Shown, shown
from equidyn.report.sections.section import Section

TITLE = "Regulariser"
_MEASURES = ("equivariance", "lie", "error")  # each with its form as published, if that is measured
_WORDS = (
    "Variants that differ in nothing but α, the factor of the regulariser in the training loss. A line has the name of "
    "the first of them. As published, the loss holds the square of α times the regulariser; see the audit below."
)


def section(results: StudyResults) -> Section | None:
    """Families of variants that differ in alpha only, along alpha."""
    families = alpha_families(results.settings)
    first = {name: head for head, family in families.items() for name in family}
    found = {measure: _headlines(results, measure, list(first)) for measure in _MEASURES}
    found = {measure: part for measure, part in found.items() if part}
    if not first or not found:
        return None
    name, strength, pictures = f"{results.name}--alpha", alphas(results.settings), []
    for measure, part in found.items():
        chart = curves([_course(one, strength, first) for one in part], level_labels(results.settings), "α", "symlog")
        caption = "Against α, whose axis is linear between 0 and the smallest α: mean, and range over seeds as a band."
        pictures.append(picture(f"{name}-{measure}", caption, f"Line charts of the {measure} against alpha.", chart))
    every = [one for part in found.values() for one in part]
    return Section(TITLE, [_WORDS], pictures, [single_table(results, name, "Variants that differ in α only.", every)])


def _headlines(results: StudyResults, measure: str, variants: list[str]) -> list[Shown]:
    """The headline quantities of these variants."""
    chosen = [one for one in shown(results, measure) if one.quantity.headline and one.checkpoint == "best"]
    parts = [replace(one, values=one.values[one.values["variant"].isin(variants)]) for one in chosen]
    return [one for one in parts if len(one.values)]


def _course(one: Shown, strength: dict[str, float], first: dict[str, str]) -> Course:
    variants = one.values["variant"]
    frame = one.values.assign(x=variants.map(strength), y=one.values["value"], variant=variants.map(first))
    return Course(frame.dropna(subset="y"), one.label.replace(" [", "\n["), log=True)
