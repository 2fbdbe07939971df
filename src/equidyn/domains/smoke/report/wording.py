"""What the report calls things of rollouts of smoke."""

from typing import Any

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.wording import Headline, Line, Wording

VELOCITY_UNIT = "rms velocity"  # root mean square velocity component of the training data of all seeds
_SQUARE = f"({VELOCITY_UNIT})²"


def in_length_per_time(results: StudyResults, values: pd.DataFrame) -> pd.DataFrame:
    """Rows of an error in the unit of the simulation, [length/time]: times the unit that its network worked in."""
    cell = ["dataset", "variant", "seed"]
    unit = results.quantity("error", "unit")[[*cell, "value"]].rename(columns={"value": "unit"})
    both = values.merge(unit, on=cell)
    return both.assign(value=both["value"] * both["unit"])


_HEADLINE = Headline("error", "rmse", "length/time", in_length_per_time)


def wording(task: Any) -> Wording:
    """The words for the task rollout."""
    return Wording(
        samples="windows",
        per="cell and step",
        loss_unit=_SQUARE,
        score="validation_rmse",
        score_name="RMSE",
        score_unit=VELOCITY_UNIT,
        whole_runs=False,
        headline=_HEADLINE,
        symmetry=Headline("equivariance", "pairwise"),
        charts={
            "learning": {
                "validation_rmse": Line("validation RMSE", VELOCITY_UNIT),
                "train_loss": Line("training loss", _SQUARE),
            }
        },
        reuse="A weight that is shared over quarter turns is used once for each: equal parameters is not equal "
        "arithmetic.",
    )
