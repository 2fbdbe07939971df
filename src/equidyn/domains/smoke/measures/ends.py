"""ends: test RMSE of the net as trained, and of the strict net nearest to it."""

from equidyn.domains.smoke.measures import error
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.grids import ends

TITLE = "As trained, and projected"
QUANTITIES = ends.quantities("test RMSE", error.RMS)


def measure(context: RolloutContext) -> dict[str, float]:
    """As of grids/ends.py, with the RMSE of the measure error."""
    return ends.ends(context, lambda one: error.measure(one)["rmse"])
