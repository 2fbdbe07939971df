"""vector_error: how wrong the vectors are, beside the answer 0."""

from equidyn.core.measures.quantities import Quantity
from toy_domain.tasks.vector.context import VectorContext

QUANTITIES = (
    Quantity("rmse", "RMSE", better="lower", headline=True, baselines=("zero",)),
    Quantity("zero", "RMSE of the answer 0", better="lower"),
)


def measure(context: VectorContext) -> dict[str, float]:
    """Root mean square error over test clouds and components."""
    targets = context.test.targets
    gap = context.predictions(context.test.inputs) - targets
    return {"rmse": gap.square().mean().sqrt().item(), "zero": targets.square().mean().sqrt().item()}
