"""equivariance: how far the learned map is from commuting with quarter turns."""

from equidyn.core.params.types import PositiveInt
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.symmetry.error import equivariance_error


def measure(context: RolloutContext, *, steps: PositiveInt = 1) -> dict[str, float]:
    """Equivariance error of the frame predicted after `steps` steps, on the test windows (symmetry/error.py)."""
    return equivariance_error(context.orbit[:, steps - 1], context.task.outputs)
