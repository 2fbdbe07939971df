"""decomposition: which part of the test loss is due to broken symmetry."""

from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.symmetry.decomposition import decompose


def measure(context: RolloutContext) -> dict[str, float]:
    """Loss over the C4 orbit of the test windows = loss of the group-averaged rollouts + variance over the group."""
    return decompose(context.orbit, context.windows.targets, context.task.outputs)
