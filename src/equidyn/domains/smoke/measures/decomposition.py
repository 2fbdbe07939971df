"""decomposition: which part of the test loss is due to broken symmetry."""

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.symmetry.decomposition import decompose

TITLE = "Loss by symmetry"
QUANTITIES = (
    Quantity("loss", "loss", "(rms velocity)²", "lower", "log"),
    Quantity("averaged", "of the group-averaged network", "(rms velocity)²", "lower", "log"),
    Quantity("variance", "variance over the group", "(rms velocity)²", "lower", "log"),
    Quantity("share", "share of broken symmetry", "%", headline=True),
)


def measure(context: RolloutContext) -> dict[str, float]:
    """Loss over the C4 orbit of the test windows = loss of the group-averaged rollouts + variance over the group."""
    return decompose(context.orbit, context.windows.targets, context.task.outputs)
