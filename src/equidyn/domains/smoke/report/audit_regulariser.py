"""Audit: squared, the published regulariser is too small to do anything."""

import pandas as pd

from equidyn.core.measures.quantities import Quantity
from equidyn.report.families import alphas, is_published
from equidyn.report.gather import StudyResults
from equidyn.report.sections.quantity import displayed
from equidyn.report.sections.quantity_values import given
from equidyn.report.sections.section import Section

TITLE = "Audit: the squared regulariser"
_WORDS = (
    "The regulariser α C is meant to hold a relaxed network close to its symmetry. The published code adds the mean "
    "squared error between α C and 0 to the loss, which is (α C)²: with α = 10⁻⁵ about 10⁻¹⁰ or less, against a loss "
    "of 10⁻² to 1. So it cannot act, and neither can a change of α among small values. Variants built as published add "
    "the square, the others α C itself."
)
_QUANTITIES = (
    Quantity("train_loss", "training loss", "{loss}", scale="log", headline=True),
    Quantity("alpha_c", "α C", "{loss}", scale="log", headline=True),
    Quantity("alpha_c_squared", "(α C)²", "{loss}", scale="log", headline=True),
    Quantity("added_share", "added to the loss, over the loss"),
)


def section(results: StudyResults) -> Section | None:
    """Training loss, α C and its square in the last epoch, where a variant with the published regulariser is run."""
    last = _last_epoch(results)
    if last.empty:
        return None
    found = [
        given(results, "regulariser", quantity, last.assign(value=last[quantity.name])) for quantity in _QUANTITIES
    ]
    name = f"{results.name}--audit-regulariser"
    return Section(TITLE, [_WORDS], *displayed(results, name, "In the last epoch", found))


def _last_epoch(results: StudyResults) -> pd.DataFrame:
    """History rows of the last epoch with alpha_c, its square, and added_share: what is added to the loss, over it."""
    strength = {name: alpha for name, alpha in alphas(results.settings).items() if alpha > 0}
    history = results.history
    if not {"penalty", "train_loss"} <= set(history) or not any(
        is_published(results.settings, name) for name in strength
    ):
        return history.iloc[:0]
    last = history[history["variant"].isin(strength)].groupby(["dataset", "variant", "seed"], sort=False).tail(1)
    squared = last["variant"].map(lambda name: is_published(results.settings, name))
    plain = last["penalty"].where(~squared, last["penalty"] ** 0.5)
    return last.assign(alpha_c=plain, alpha_c_squared=plain**2, added_share=last["penalty"] / last["train_loss"])
