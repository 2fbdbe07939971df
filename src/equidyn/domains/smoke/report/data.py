"""Smoke in words: how the error of the data themselves is to be read."""

from equidyn.report.gather import StudyResults
from equidyn.report.sections.data import Check

CHECKS = {
    "error.absolute": Check("error, absolute [length/time]"),
    "error.relative": Check("error, relative [1]"),
    "error.pairwise": Check("error, pairwise [1]"),
    "error.published": Check("error, as published [length/time]"),
    "mean_speed": Check("mean speed [length/time]"),
    "max_divergence": Check("largest |div| [1/time]", "round-off"),
    "max_disagreement": Check("largest difference between directions [length/time]", "round-off"),
    "published_table_entry": Check("entry of the published table [length/time]"),
}


def words(results: StudyResults) -> list[str]:
    """One paragraph on the error."""
    if not any(tree["equivariance"] for tree in results.data.values()):
        return [
            "No simulation of these sets was made in all four directions, so the data's own equivariance error is not "
            "defined; their symmetry is that of the set as a whole."
        ]
    return [
        "The error says how far simulations of the four directions are from being turns of each other, measured by "
        "the same code as that of the networks. The pairwise form treats all directions alike; the relative form takes "
        "the first as the reference."
    ]
