"""Audit: a Lie derivative that turns pixels but not vectors sees broken symmetry where there is none."""

from equidyn.report.gather import StudyResults
from equidyn.report.numbers import number
from equidyn.report.sections.section import Section

TITLE = "Audit: the Lie derivative of pixels alone"
_WORDS = (
    "The published code turns the pixels of a velocity field, but not its vectors, so it asks for a symmetry that "
    "flows do not have; and it sums over batches, so that its number depends on their size. The map u → grad div u "
    "commutes with every rotation, so its Lie derivative is 0."
)


def section(results: StudyResults) -> Section | None:
    """Both definitions of grad div, whose derivative is 0; of networks they stand with the Lie derivative."""
    known = {key: results.quantity("audit/lie", f"grad_div.{key}") for key in ("side", "proper", "pixels_only")}
    if known["proper"].empty:
        return None
    proper, alone = (known[key]["value"] for key in ("proper", "pixels_only"))
    measured = (
        f"Measured here on a smooth field of {known['side']['value'].max():.0f} cells a side: "
        f"{number(proper.min(), 2)} by the proper definition, which falls with the square of the cell; by that of "
        f"pixels alone at least {number(alone.min(), 2)} at any resolution."
    )
    return Section(TITLE, [_WORDS, measured])
