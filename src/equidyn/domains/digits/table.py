"""How datasets of digits read as tables, for those who load them elsewhere (core/hub/columns.py)."""

from typing import Any

from equidyn.core.hub.columns import UNKNOWN, Column, Licence

COLUMNS = {
    "inputs": Column(("sample", "row", "column"), "1", "image of a digit, row 0 its top; 0 is paper, 1 ink"),
    "labels": Column(("sample",), "", "digit that the image shows", tuple("0123456789")),
}
TASKS = ("image-classification",)
_THEIRS = {
    "huggingface": Licence(
        "other",
        "images of MNIST (LeCun, Cortes, Burges 1998), resized. Sources differ on their licence: MIT in the card of "
        "the dataset on the Hub, CC BY-SA 3.0 in the documentation of Keras; none was read from the authors themselves",
    ),
    "optdigits": Licence(
        "cc-by-4.0",
        'images of "Optical Recognition of Handwritten Digits" (Alpaydin, Kaynak 1998), enlarged and resized; '
        "CC BY 4.0, as the UCI Machine Learning Repository has it",
    ),
}


def licence(source: dict[str, Any], checks: dict[str, Any]) -> Licence:
    """That of the origin of the images."""
    return _THEIRS.get(checks.get("origin"), UNKNOWN)
