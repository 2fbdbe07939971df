"""Numbers that follow from the measures of digits."""

from collections.abc import Callable

import pandas as pd

from equidyn.core.measures.quantities import Quantity
from equidyn.report.declared import Derived
from equidyn.report.gather import StudyResults

HALFWAY = (45, 135, 225, 315)  # degrees: the angles that are farthest from any quarter turn
_RUN = ["dataset", "variant", "seed", "status"]
_Pick = Callable[[StudyResults], pd.DataFrame]


def _at(*degrees: int) -> _Pick:
    """Mean over these angles."""

    def pick(results: StudyResults) -> pd.DataFrame:
        frame = results.along("angles", "degrees", "mse")
        rows = frame[frame["x"].isin(degrees)]
        return rows.groupby(_RUN, sort=False)["y"].mean().rename("value").reset_index()

    return pick


def _worst(results: StudyResults) -> pd.DataFrame:
    """The largest at any angle."""
    frame = results.along("angles", "degrees", "mse")
    return frame.groupby(_RUN, sort=False)["y"].max().rename("value").reset_index()


def _over_upright(part: _Pick) -> _Pick:
    def ratio(results: StudyResults) -> pd.DataFrame:
        both = part(results).merge(_at(0)(results), on=_RUN, suffixes=("", "_upright"))
        return both.assign(value=both["value"] / both["value_upright"])

    return ratio


def _from(measure: str, quantity: str, change: Callable[[pd.Series], pd.Series]) -> _Pick:
    def changed(results: StudyResults) -> pd.DataFrame:
        values = results.quantity(measure, quantity)
        return values.assign(value=change(values["value"]))

    return changed


DERIVED = {
    "angles": (
        Derived(Quantity("upright", "upright", "1", "lower"), _at(0)),
        Derived(Quantity("halfway", "halfway between quarter turns", "1", "lower", headline=True), _at(*HALFWAY)),
        Derived(Quantity("halfway/upright", "halfway / upright"), _over_upright(_at(*HALFWAY))),
        Derived(Quantity("worst/upright", "worst angle / upright"), _over_upright(_worst)),
    ),
    "reconstruction": (
        Derived(Quantity("ratio", "turned / upright"), _from("reconstruction", "excess", lambda excess: excess + 1)),
    ),
    "recognition": (
        Derived(
            Quantity("error", "test error", "%", "lower"), _from("recognition", "accuracy", lambda right: 1 - right)
        ),
    ),
}
