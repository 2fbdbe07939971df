"""What the report calls things of auto-encoders and of classifiers of digits."""

import math
from typing import Any

from equidyn.report.wording import LOSS_UNIT, Headline, Line, Wording

_DIGITS = 10  # classes, all about as frequent
_GUESSED = math.log(_DIGITS)  # cross-entropy of a network that cannot tell them [nats]
PIXEL_UNIT = "1"  # of a mean square over pixels, each from 0 (paper) to 1 (ink)
_REUSE = (
    "A weight that is shared over the pixels of an image, or over its turned copies, is used once for each: equal "
    "parameters is not equal arithmetic, and on small networks arithmetic is not time either."
)
_WORDINGS = {
    "reconstruct": Wording(
        samples="images",
        per="image",
        loss_unit=PIXEL_UNIT,
        score_name="MSE",
        score_unit=PIXEL_UNIT,
        headline=Headline("reconstruction", "upright"),
        charts={
            "learning": {
                "validation_loss": Line("validation MSE", PIXEL_UNIT),
                "train_loss": Line("training MSE", PIXEL_UNIT),
            }
        },
        reuse=_REUSE,
    ),
    "classify_images": Wording(
        samples="images",
        per="image",
        loss_unit=LOSS_UNIT,
        score_unit=LOSS_UNIT,
        headline=Headline("recognition", "accuracy"),
        charts={
            "learning": {
                "validation_loss": Line("validation loss", LOSS_UNIT, guess=_GUESSED),
                "train_loss": Line("training loss", LOSS_UNIT, guess=_GUESSED),
            },
            "learning-error": {
                "validation_accuracy": Line("validation error", "share wrong", guess=1 - 1 / _DIGITS, rest=True),
                "train_accuracy": Line("training error", "share wrong", guess=1 - 1 / _DIGITS, rest=True),
            },
        },
        reuse=_REUSE,
    ),
}


def wording(task: Any) -> Wording:
    """The words for one of the two tasks."""
    return _WORDINGS[task.kind]
