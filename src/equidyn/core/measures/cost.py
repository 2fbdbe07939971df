"""cost: the arithmetic of a forward pass, which unlike its time is the same on every machine."""

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.measures.quantities import Quantity
from equidyn.core.models.registry import count_parameters

QUANTITIES = (
    Quantity("multiply_adds", "multiply-adds", better="lower", scale="log"),
    Quantity("parameters", "parameters", scale="log"),
)


def measure(context: EvaluationContext) -> dict[str, int]:
    """multiply_adds: of products and convolutions, per sample and forward pass; parameters: of the network as used.

    A sample is a set, an image, one cell of a field, or one voxel of a fine box. Nothing for a network without
    parameters, beside which no other is to be matched. A training step does about three times that for each one in
    its batch: the answer, and the gradients by inputs and by weights.
    """
    parameters = count_parameters(context.network)
    return {"multiply_adds": context.network.multiply_adds(), "parameters": parameters} if parameters else {}
