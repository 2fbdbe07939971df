"""equivariance: how far super-resolution is from commuting with the 24 rotations of the cube, by two actions."""

from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.symmetry.error import error_of_answers

TITLE = "Rotations of the cube"
QUANTITIES = (
    Quantity("vector.absolute", "vectors turned, absolute", "rms velocity", "lower", "log"),
    Quantity("vector.relative", "vectors turned", "1", "lower", "log", headline=True),
    Quantity("vector.by_element", "vectors turned", "1", "lower", "log", axis="rotation"),
    Quantity("scalar.absolute", "components left alone, absolute", "rms velocity", "lower", "log"),
    Quantity("scalar.relative", "components left alone", "1", "lower", "log", headline=True),
)


def measure(context: UpscaleContext, *, samples: PositiveInt = 2) -> dict[str, dict[str, Any]]:
    """Equivariance error over `samples` test samples, 24 forward passes each under each action (symmetry/error.py).

    vector: the fields are turned as what they are, vectors: voxels move, and components with them; by_element: the
    relative error of each rotation, in the order of symmetry.groups.CUBE, 0 for the identity. scalar: voxels move, and
    components stay: the symmetry that a net imposes which takes components for scalars, and no velocity field has.
    absolute: in units of the task, the rms velocity component of the training data.
    """
    outputs = context.task.outputs
    vector = error_of_answers(context.orbit(samples), outputs)
    scalar = error_of_answers(context.orbit_as_scalars(samples), outputs.as_scalars())
    return {"vector": vector, "scalar": {name: scalar[name] for name in ("absolute", "relative")}}
