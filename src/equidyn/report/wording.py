"""What the report calls things that every task has, but that differ from task to task."""

import math
from dataclasses import dataclass, replace

from equidyn.core.params.study import Study
from equidyn.report.labels import VELOCITY_UNIT
from equidyn.report.ranking import HIGHER, LOWER, Better

LOSS_UNIT = "nats"  # of a cross-entropy
GUESSED = math.log(2)  # cross-entropy of a network that cannot tell two classes [nats]
HIGHEST = 2 * GUESSED  # where axes of losses end, since a network may begin far above
DIGITS = 10  # classes of digits, all about as frequent
GUESSED_DIGIT = math.log(DIGITS)  # cross-entropy of a network that cannot tell them [nats]
PIXEL_UNIT = "1"  # of a mean square over pixels, each from 0 (paper) to 1 (ink)


_LOSS_UNITS = {"mae": VELOCITY_UNIT, "mse": f"({VELOCITY_UNIT})²"}  # where params.yaml chooses the loss of training


@dataclass(frozen=True)
class Headline:
    """The number by which networks of a task are compared first: where it is measured, its name and unit.

    section: title of the section that shows it.
    """

    measure: str
    quantity: str
    name: str
    unit: str
    better: Better
    section: str

    @property
    def label(self) -> str:
        """For an axis."""
        return f"{self.name} [{self.unit}]"


@dataclass(frozen=True)
class Wording:
    """Names for one kind of task.

    samples: what a network is asked, in the plural; per: what an answer's arithmetic is counted for; loss_unit: of the
    training loss. score: the column of history.csv that decides which epoch is best; score_name, score_unit: what
    readers are told of it. whole_runs: whether training mostly goes on to its last epoch, so that the best one tells
    more than the end. headline: see there.
    """

    samples: str
    per: str
    loss_unit: str
    score: str
    score_name: str
    score_unit: str
    whole_runs: bool
    headline: Headline


_WORDINGS = {
    "rollout": Wording(
        samples="windows",
        per="cell and step",
        loss_unit=f"({VELOCITY_UNIT})²",
        score="validation_rmse",
        score_name="RMSE",
        score_unit=VELOCITY_UNIT,
        whole_runs=False,
        headline=Headline("error", "rmse", "test RMSE", VELOCITY_UNIT, LOWER, "Test error"),
    ),
    "classify_sets": Wording(
        samples="sets",
        per="set",
        loss_unit=LOSS_UNIT,
        score="validation_loss",
        score_name="loss",
        score_unit=LOSS_UNIT,
        whole_runs=True,
        headline=Headline("accuracy", "accuracy", "test accuracy", "1", HIGHER, "Accuracy"),
    ),
    "reconstruct": Wording(
        samples="images",
        per="image",
        loss_unit=PIXEL_UNIT,
        score="validation_loss",
        score_name="MSE",
        score_unit=PIXEL_UNIT,
        whole_runs=True,
        headline=Headline("reconstruction", "upright", "test MSE, upright", PIXEL_UNIT, LOWER, "Reconstruction"),
    ),
    "classify_images": Wording(
        samples="images",
        per="image",
        loss_unit=LOSS_UNIT,
        score="validation_loss",
        score_name="loss",
        score_unit=LOSS_UNIT,
        whole_runs=True,
        headline=Headline("recognition", "accuracy", "test accuracy", "1", HIGHER, "Recognition"),
    ),
    "upscale": Wording(
        samples="boxes",
        per="voxel",
        loss_unit=_LOSS_UNITS["mae"],
        score="validation_mae",
        score_name="MAE",
        score_unit=VELOCITY_UNIT,
        whole_runs=True,
        headline=Headline("super_resolution", "mae", "test MAE", VELOCITY_UNIT, LOWER, "Super-resolution"),
    ),
}


def wording(study: Study) -> Wording:
    """The words for a study's task; of a task whose loss can be chosen, with the unit of that one."""
    found, loss = _WORDINGS[study.task.kind], getattr(study.task, "loss", None)
    return replace(found, loss_unit=_LOSS_UNITS[loss]) if loss else found
