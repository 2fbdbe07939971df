"""What the report calls things of classifiers of sets."""

import math
from typing import Any

from equidyn.report.wording import LOSS_UNIT, Headline, Line, Wording

GUESSED = math.log(2)  # cross-entropy of a network that cannot tell two classes [nats]
HIGHEST = 2 * GUESSED  # where axes of losses end, since a network may begin far above


def wording(task: Any) -> Wording:
    """The words for the task classify_sets."""
    return Wording(
        samples="sets",
        per="set",
        loss_unit=LOSS_UNIT,
        score_unit=LOSS_UNIT,
        headline=Headline("accuracy", "accuracy"),
        symmetry=Headline("invariance", "points.relative"),
        charts={
            "learning": {
                "validation_loss": Line("validation loss", LOSS_UNIT, False, GUESSED, HIGHEST),
                "train_loss": Line("training loss", LOSS_UNIT, False, GUESSED, HIGHEST),
            },
            "learning-accuracy": {"validation_accuracy": Line("validation accuracy", "1", False, guess=0.5)},
        },
        reuse="A weight that is shared over the points of a set is used once per point, and a mean over moved copies "
        "of a set takes one prediction per copy: equal parameters is not equal arithmetic, and on small networks "
        "arithmetic is not time either.",
    )
