"""Pictures and facts of the cards of source `digits`; the text is digits.md.j2."""

from pathlib import Path
from typing import Any

from equidyn.core.data.labelled import Labelled
from equidyn.domains.digits.cards import pictures as digits_pictures
from equidyn.domains.digits.params import DigitsData, DigitsSource

TITLES = {"huggingface": "MNIST", "optdigits": "optdigits"}


def describe(folder: Path, made: Labelled, source: DigitsSource, wanted: DigitsData) -> dict[str, Any]:
    """Draw the pictures of the card into `folder`; return the facts that card_digits.md.j2 asks for."""
    digits_pictures.draw(folder, made)
    return {
        "titles": TITLES,
        "rows": digits_pictures.ROWS,
    }
