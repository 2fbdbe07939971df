"""Audit: what the project description defines for sets, and what is done here."""

from equidyn.report.gather import StudyResults
from equidyn.report.sections.described import TITLE, described
from equidyn.report.sections.section import Section

__all__ = ["TITLE", "section"]
_ROWS = (
    (
        "transformer",
        "one encoder layer on points of d numbers, norms after the layers, dropout 0.1, all points into the answer",
        "the same (audit/transformer); the encoding of positions, which is not described, is by sines and cosines",
        "points embedded in more numbers, norms before the layers, no dropout, the mean over points (transformer)",
    ),
    (
        "layers",
        "each pair of features has a layer of its own, which sums over points; their mean over the input features",
        "the same (audit/intrinsic); that each starts as a layer of one input is assumed, as no start is described",
        "channels mix freely from weights that start by their number; means over points (intrinsic)",
    ),
    (
        "answer",
        "a sigmoid, and the cross-entropy of it, whose gradient is rounded to 0 where the sigmoid is 1",
        "the same value and gradient (audit/intrinsic)",
        "a logit, and the cross-entropy of it",
    ),
    (
        "augmentation",
        "the numbers of each point in a random order of its own, when testing too, before an invariant network",
        "the same; when testing always the same orders (audit/permuted_features)",
        "the points of each training set in a random order, before a plain network",
    ),
)


def section(results: StudyResults) -> Section | None:
    """The table."""
    return described(results, _ROWS)
