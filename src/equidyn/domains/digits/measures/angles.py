"""angles: how the error of reconstructions goes with the angle by which images are turned."""

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext
from equidyn.symmetry.motions import rotated

STEP = 15  # degrees

TITLE = "Error against angle"
QUANTITIES = (
    Quantity("degrees", "angle [degrees]", axis="degrees"),
    Quantity("mse", "MSE per pixel", "1", "lower", "log", axis="degrees"),
)


def measure(context: ReconstructContext, *, samples: PositiveInt = 1000) -> dict[str, list[float]]:
    """Mean square per pixel over the first `samples` test images at each angle, counter-clockwise.

    degrees: 0 to 345. Quarter turns are exact; between them images are interpolated (symmetry/motions.py), which makes
    them softer, so that the error may fall there for a reason that has nothing to do with the network.
    """
    images, degrees = context.test[:samples], list(range(0, 360, STEP))
    errors = (context.errors_on(rotated(images, angle)) for angle in degrees)
    return {"degrees": degrees, "mse": [error.mean().item() for error in errors]}
