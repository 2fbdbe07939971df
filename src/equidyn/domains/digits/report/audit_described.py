"""Audit: what the project description defines for digits, and what is done here."""

from equidyn.core.params.base import SourceSettings
from equidyn.domains.digits.params import DigitsSource
from equidyn.report.gather import StudyResults
from equidyn.report.sections.described import TITLE, described
from equidyn.report.sections.section import Section

__all__ = ["TITLE", "section"]
_RESIZED = {"area": "here: by means over areas", "bilinear": "here: the same, without rounding to steps of grey"}
_RECONSTRUCT = (
    (
        "start of equivariant layers",
        "coefficients uniform in ±1/√outputs in an orthonormal basis; one bias for all outputs of a layer, 0",
        "the same (init: published)",
        "entries vary as those of a dense layer; all invariant biases (init: scaled)",
    ),
    (
        "attention",
        "softmax of q · ρ(g) h without a scale; q starts normal, with standard deviation 0.01",
        "the same (init: published, scale: none)",
        "q starts as a dense layer's weights; over √latents (init: scaled, scale: sqrt)",
    ),
    (
        "error on turned images",
        "one random turn per batch; sum of the batches' means over the number of images",
        "the same, the draws always the same ones (audit/reconstruction)",
        "every image at every turn; mean over images (reconstruction)",
    ),
)
_CLASSIFY = (
    ("fc1", "before its ReLU, as conv2 is before pooling and ReLU", "the same", "the same"),
    (
        "pairs of images",
        "turned by 30 to 70 degrees and moved by up to 10 % of the columns and 30 % of the rows, nearest pixels",
        "the same (audit/sorting, pairs); not normalised anew, as the network was not trained on such images",
        "moved by whole pixels with their ink inside; apart from these, quarter turns",
    ),
    (
        "comparison",
        "of maps by sorting, of numbers as they are",
        "the same, over that of another digit",
        "by the true action, over that of another digit",
    ),
)


def section(results: StudyResults) -> Section | None:
    """The table of the study's task."""
    if results.settings.task.kind == "classify_images":
        return described(results, _CLASSIFY)
    return described(results, (*_RECONSTRUCT, *_size(results.settings.source)))


def _size(source: SourceSettings) -> list[tuple[str, str, str, str]]:
    """How MNIST's images are made smaller, where they are."""
    if not isinstance(source, DigitsSource) or source.side == 28:
        return []
    shrunk = _RESIZED[source.resize]
    return [(f"{source.side} × {source.side} pixels", "bilinear, with anti-aliasing", shrunk, shrunk)]
