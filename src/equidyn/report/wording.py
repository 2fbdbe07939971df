"""What the report calls things that every task has, but that differ from task to task."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from equidyn.core.params.study import Study
from equidyn.report.own import own

if TYPE_CHECKING:
    from equidyn.report.gather import StudyResults

LOSS_UNIT = "nats"  # of a cross-entropy


@dataclass(frozen=True)
class Line:
    """What a chart shows of a column of history.csv.

    unit: "" for that of the training loss. guess: what a network scores that cannot tell the classes. top: where the
    axis ends. rest: whether 1 minus the column is shown, as accuracies near 1 are better compared by errors.
    """

    name: str
    unit: str = ""
    log: bool = True
    guess: float | None = None
    top: float = math.inf
    rest: bool = False

    def of(self, column: pd.Series) -> pd.Series:
        """What is shown of the column."""
        return 1 - column if self.rest else column


@dataclass(frozen=True)
class Headline:
    """A quantity by which networks of a task are compared; the rest is in its declaration.

    common_unit, rescale: a unit that is the same for all datasets of a study, and what brings rows of values
    (StudyResults.values) to it.
    """

    measure: str
    quantity: str
    common_unit: str = ""
    rescale: Callable[["StudyResults", pd.DataFrame], pd.DataFrame] | None = None


def _charts() -> dict[str, dict[str, Line]]:
    return {"learning": {"validation_loss": Line("validation loss"), "train_loss": Line("training loss")}}


@dataclass(frozen=True)
class Wording:
    """Names for one kind of task.

    samples: what a network is given, in the plural; per: what the arithmetic of a prediction is counted for; loss_unit:
    of the training loss. score: the column of history.csv that decides which epoch is best; score_name, score_unit: how
    readers see it. whole_runs: whether training mostly goes on to its last epoch, so that the best one says more than
    the end. headline: see there. symmetry: the relative error that says how far a network is from the data's symmetry,
    at round-off where it has it. charts: stem of a chart's file -> column of history.csv -> what is shown of it. reuse:
    what weights that are used several times mean for the arithmetic.
    """

    samples: str = "samples"
    per: str = "sample"
    loss_unit: str = "1"
    score: str = "validation_loss"
    score_name: str = "loss"
    score_unit: str = "1"
    whole_runs: bool = True
    headline: Headline | None = None
    symmetry: Headline | None = None
    charts: dict[str, dict[str, Line]] = field(default_factory=_charts)
    reuse: str = "A weight that is shared is used several times: equal parameters is not equal arithmetic."


def wording(study: Study) -> Wording:
    """The words for a study's task: its domain's, or such as fit any."""
    return own(study.home, "wording", "wording", lambda task: Wording())(study.task)
