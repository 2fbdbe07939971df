"""What the regulariser's strength alpha does to learned equivariance and Lie derivative (the blog's figures 3, 4)."""

import pandas as pd

from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.families import alpha_families, alphas
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, tick
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, over_seeds_words

TITLE = "Regulariser"
# stem of the file's name, what it is, and its two forms: measure, quantity, label
_PAIRS = (
    (
        "equivariance",
        "learned equivariance error",
        ("equivariance", "relative", "corrected, relative [1]"),
        ("audit/equivariance", "published", f"as published\n[{VELOCITY_UNIT}]"),
    ),
    (
        "lie",
        "Lie derivative",
        ("lie", "relative", "corrected, relative\n[1/rad]"),
        ("audit/lie", "published", "as published"),
    ),
)


def section(results: StudyResults) -> Section | None:
    """Families of variants that differ in alpha only, along alpha."""
    families = alpha_families(results.settings)
    if not families:
        return None
    pictures, columns = [], []
    for stem, noun, *forms in _PAIRS:
        measured = [form for form in forms if not results.quantity(*form[:2]).empty]
        if measured:
            pictures.append(_picture(results, f"{results.name}-alpha-{stem}", noun, measured, families))
            columns += [_column(results, noun, form, families) for form in measured]
    if not pictures:
        return None
    columns.append(Column(f"test RMSE [{VELOCITY_UNIT}]", "error.rmse", _of(results, "error", "rmse", families)))
    caption = f"Variants that differ in alpha only. {over_seeds_words(results)}"
    return Section(
        TITLE,
        [_words(results, families)],
        pictures,
        [case_table(results, f"{results.name}-alpha", caption, columns)],
    )


def _of(results: StudyResults, measure: str, quantity: str, families: dict[str, list[str]]) -> pd.DataFrame:
    values = results.quantity(measure, quantity)
    return values[values["variant"].isin([name for family in families.values() for name in family])]


def _column(results: StudyResults, noun: str, form: tuple[str, str, str], families: dict[str, list[str]]) -> Column:
    measure, quantity, label = form
    head = f"{noun}, {' '.join(label.split())}"
    return Column(head, f"{measure}.{quantity}", _of(results, measure, quantity, families))


def _picture(
    results: StudyResults, name: str, noun: str, forms: list[tuple[str, str, str]], families: dict[str, list[str]]
) -> Picture:
    strength = alphas(results.settings)
    first = {name: head for head, family in families.items() for name in family}
    courses = []
    for measure, quantity, label in forms:
        frame = _of(results, measure, quantity, families).rename(columns={"value": "y"})
        frame = frame.assign(x=frame["variant"].map(strength), variant=frame["variant"].map(first))
        courses.append(Course(frame.dropna(subset="y"), label, log=True))
    caption = (
        f"{noun.capitalize()} against the strength α of the regulariser: mean, and range over seeds as a band. A line "
        "bears the name of the first of its variants. The axis of α is linear between 0 and the smallest α."
    )
    alt = f"Line charts of the {noun} against alpha, one row of panels per dataset, the corrected and published forms."
    return picture(name, caption, alt, curves(courses, level_labels(results.settings), "α", "symlog"))


def _words(results: StudyResults, families: dict[str, list[str]]) -> str:
    strength = alphas(results.settings)
    told = [f"{head} (alpha {listed([tick(strength[name]) for name in family])})" for head, family in families.items()]
    return (
        "Variants that differ in nothing but alpha, the factor of the regulariser in the training loss: "
        f"{listed(told)}. As published, the loss holds the square of alpha times the regulariser; see the audit below."
    )
