"""Pictures and facts of the cards of source `turbulence`; the text is turbulence.md.j2."""

from pathlib import Path
from typing import Any

from equidyn.domains.turbulence.cards import pictures as turbulence_pictures
from equidyn.domains.turbulence.params import TurbulenceData, TurbulenceSource
from equidyn.domains.turbulence.source import turbulence_checks
from equidyn.domains.turbulence.source.volumes import Volumes


def describe(folder: Path, made: Volumes, source: TurbulenceSource, wanted: TurbulenceData) -> dict[str, Any]:
    """Draw the pictures of the card into `folder`; return the facts that card_turbulence.md.j2 asks for."""
    turbulence_pictures.draw(folder, made, source)
    return {
        "weights": (1 + 2 * wanted.anisotropy, 1 - wanted.anisotropy, 1 - wanted.anisotropy),
        "bound": turbulence_checks.BOUND,
        "finest": turbulence_checks.FINEST,
    }
