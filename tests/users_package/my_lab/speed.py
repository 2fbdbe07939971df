"""The user's own measure: whether rollouts are too fast or too slow."""

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext

QUANTITIES = (Quantity("ratio", "rms speed, predicted / true", headline=True),)


def measure(context: RolloutContext) -> dict[str, float]:
    """Root mean square of all predicted components over that of the true ones, on the test windows."""
    return {"ratio": (context.prediction.norm() / context.windows.targets.norm()).item()}
