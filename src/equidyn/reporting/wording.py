"""What the report calls things that every task has, but that differ from task to task."""

import math
from dataclasses import dataclass

from equidyn.params.study import Study
from equidyn.reporting.labels import VELOCITY_UNIT

LOSS_UNIT = "nats"  # of a cross-entropy
GUESSED = math.log(2)  # cross-entropy of a network that cannot tell two classes [nats]
HIGHEST = 2 * GUESSED  # where axes of losses end, since a network may begin far above


@dataclass(frozen=True)
class Wording:
    """Names for one kind of task.

    samples: what a network is asked, in the plural; loss_unit: of the training loss. score: the column of history.csv
    that decides which epoch is best; score_name, score_unit: what readers are told of it.
    """

    samples: str
    loss_unit: str
    score: str
    score_name: str
    score_unit: str


_WORDINGS = {
    "rollout": Wording(
        samples="windows",
        loss_unit=f"({VELOCITY_UNIT})²",
        score="validation_rmse",
        score_name="RMSE",
        score_unit=VELOCITY_UNIT,
    ),
    "classify": Wording(
        samples="sets",
        loss_unit=LOSS_UNIT,
        score="validation_loss",
        score_name="loss",
        score_unit=LOSS_UNIT,
    ),
}


def wording(study: Study) -> Wording:
    """The words for a study's task."""
    return _WORDINGS[study.task.kind]


def classifies(study: Study) -> bool:
    """Whether the study's task is to classify sets."""
    return study.task.kind == "classify"
