"""rotation_error: how far a network is from commuting with random rotations."""

import numpy as np
import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.symmetry.error import error_of_answers
from toy_domain.tasks.vector.context import VectorContext

QUANTITIES = (
    Quantity("absolute", "equivariance error", better="lower"),
    Quantity("relative", "relative equivariance error", better="lower", scale="log", headline=True),
    Quantity("by_element", "relative equivariance error", better="lower", axis="rotation"),
)


def measure(context: VectorContext, *, rotations: PositiveInt = 8) -> dict[str, float]:
    """Equivariance error on the test clouds over the identity and `rotations` random rotations (symmetry/error.py)."""
    inputs, outputs = context.task.inputs, context.task.outputs
    elements = inputs.elements_to_check(rotations, np.random.default_rng(0))
    predictions = [context.predictions(inputs.act(context.test.inputs, element)) for element in elements]
    return error_of_answers(torch.stack(predictions), outputs, elements)
