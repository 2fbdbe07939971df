"""Pictures and facts of the cards of source `gaussian`; the text is gaussian.md.j2."""

from pathlib import Path
from typing import Any

from equidyn.core.data.labelled import Labelled
from equidyn.domains.sets.cards import pictures as gaussian_pictures
from equidyn.domains.sets.params import GaussianData, GaussianSource
from equidyn.domains.sets.source import gaussian_checks

_ORIGIN = {"source": "Gaussian sets, drawn here"}


def describe(folder: Path, made: Labelled, source: GaussianSource, wanted: GaussianData) -> dict[str, Any]:
    """Draw the pictures of the card into `folder`; return the facts that card_gaussian.md.j2 asks for."""
    gaussian_pictures.draw(folder, made, source.variances)
    return {
        "count": source.points * source.dimensions,
        "bound": gaussian_checks.BOUND,
        "most": gaussian_pictures.MOST,
    }
