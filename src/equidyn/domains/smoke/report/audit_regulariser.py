"""Audit: squared, the published regulariser is too small to do anything."""

import pandas as pd

from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.families import alphas, is_published
from equidyn.report.figures.dots import Series, dots
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import over_seeds

TITLE = "Audit: the squared regulariser"
_WORDS = (
    "The regulariser α C is meant to hold a relaxed network close to its symmetry. The published code adds the mean "
    "squared error between α C and 0 to the loss, which is (α C)²: with α = 10⁻⁵ about 10⁻¹⁰ or less, against a loss "
    "of 10⁻² to 1. So it cannot act, and neither can a change of α among small values."
)
_SHOWN = {"training loss": "train_loss", "α C": "alpha_c", "(α C)²": "alpha_c_squared"}  # label -> column


def section(results: StudyResults) -> Section | None:
    """Training loss, α C and its square in the last epoch, where a variant with the published regulariser is run."""
    last = _last_epoch(results)
    if last.empty:
        return None
    rows = [name for name in results.variants if name in set(last["variant"])]
    parts = {label: last.assign(value=last[column]) for label, column in _SHOWN.items()}
    name = f"{results.name}-audit-regulariser"
    series = [Series(label, over_seeds(values)) for label, values in parts.items()]
    heads = level_labels(results.settings)
    chart = dots(series, heads, rows, "size in the last epoch", log=True)
    caption = (
        "Training loss, regulariser α C and its square in the last epoch; bars are 95 % intervals over seeds. Variants "
        "built as published add the square to their loss, the others α C itself. What is exactly 0 is not shown."
    )
    alt = "Dots on a logarithmic axis, one row per variant: training loss, regulariser, and squared regulariser."
    columns = [Column(f"{label} [({VELOCITY_UNIT})²]", _SHOWN[label], values) for label, values in parts.items()]
    columns.append(Column("added to the loss, over the loss", "added_share", last.assign(value=last["share"])))
    table = case_table(results, name, f"In the last epoch. {over_seeds_words(results)}", columns)
    text = [_WORDS, _measured(results, last), *diverged_words(results)]
    return Section(TITLE, text, [picture(name, caption, alt, chart)], [table])


def _last_epoch(results: StudyResults) -> pd.DataFrame:
    """History rows of the last epoch with alpha_c, its square, and share: what is added to the loss, over the loss."""
    strength = {name: alpha for name, alpha in alphas(results.settings).items() if alpha > 0}
    history = results.history
    if not {"penalty", "train_loss"} <= set(history) or not any(
        is_published(results.settings, name) for name in strength
    ):
        return history.iloc[:0]
    last = history[history["variant"].isin(strength)].groupby(["dataset", "variant", "seed"], sort=False).tail(1)
    squared = last["variant"].map(lambda name: is_published(results.settings, name))
    plain = last["penalty"].where(~squared, last["penalty"] ** 0.5)
    return last.assign(alpha_c=plain, alpha_c_squared=plain**2, share=last["penalty"] / last["train_loss"])


def _measured(results: StudyResults, last: pd.DataFrame) -> str:
    groups = {
        "with the square": last[[is_published(results.settings, name) for name in last["variant"]]],
        "with α C itself": last[[not is_published(results.settings, name) for name in last["variant"]]],
    }
    told = [f"{number(part['share'].max(), 2)} {label}" for label, part in groups.items() if len(part)]
    return f"Measured here, what is added to the loss is, over the loss, at most {listed(told)}."
