"""equivariance: how far the learned map is from commuting with quarter turns."""

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.symmetry.error import equivariance_error

TITLE = "Learned equivariance"
QUANTITIES = (
    Quantity("absolute", "absolute", "rms velocity", "lower", "log", baselines=("data.absolute",)),
    Quantity("relative", "relative", "1", "lower", "log", baselines=("data.relative",)),
    Quantity("pairwise", "equivariance error", "1", "lower", "log", headline=True, baselines=("data.pairwise",)),
    Quantity("published", "mean absolute difference", "rms velocity", "lower", "log", baselines=("data.published",)),
)


def measure(context: RolloutContext, *, steps: PositiveInt = 1) -> dict[str, float]:
    """Equivariance error of the frame predicted after `steps` steps, on the test windows (symmetry/error.py)."""
    return equivariance_error(context.orbit[:, steps - 1], context.task.outputs)
