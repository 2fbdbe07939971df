"""What the report calls things of super-resolution."""

from typing import Any

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.wording import Headline, Line, Wording

VELOCITY_UNIT = "rms velocity"  # root mean square velocity component of the training data of all seeds
_LOSS_UNITS = {"mae": VELOCITY_UNIT, "mse": f"({VELOCITY_UNIT})²"}


def in_length_per_time(results: StudyResults, values: pd.DataFrame) -> pd.DataFrame:
    """Rows of an error in the unit of the simulation, [length/time]."""
    rms = {name: tree["checks"]["rms"]["train"] for name, tree in results.data.items()}
    return values.assign(value=values["value"] * values["dataset"].map(rms))


_HEADLINE = Headline("super_resolution", "mae", "length/time", in_length_per_time)


def wording(task: Any) -> Wording:
    """The words for the task upscale, whose training loss params.yaml chooses."""
    return Wording(
        samples="boxes",
        per="voxel",
        loss_unit=_LOSS_UNITS[task.loss],
        score="validation_mae",
        score_name="MAE",
        score_unit=VELOCITY_UNIT,
        headline=_HEADLINE,
        symmetry=Headline("equivariance", "vector.relative"),
        charts={
            "learning": {
                "validation_mae": Line("validation MAE", VELOCITY_UNIT),
                "train_loss": Line("training loss"),
            }
        },
        reuse="A weight that is shared over the rotations of the cube is used once for each: equal parameters is not "
        "equal arithmetic.",
    )
