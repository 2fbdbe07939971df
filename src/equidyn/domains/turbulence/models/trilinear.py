"""trilinear: interpolation of the middle frame, without weights. What every network has to beat."""

from equidyn.grids.upscaler import Upscaler
from equidyn.symmetry.fields import BoxType


class Trilinear(Upscaler):
    """Each component is interpolated on its own, which commutes with every rotation, vectors turned or not."""

    strict = True


def build(inputs: BoxType, outputs: BoxType) -> Trilinear:
    """It has no options."""
    return Trilinear(inputs, outputs)
