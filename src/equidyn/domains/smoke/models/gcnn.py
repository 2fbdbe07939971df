"""gcnn: a strict group-convolutional net. Every layer lies in the exact space of equivariant kernels.

Cohen, Welling 2016 (arXiv 1602.07576), here with the input as a true vector field: vector -> regular -> vector.
"""

from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.grids.families import strict_conv
from equidyn.grids.stack import ConvStack, regular_stack
from equidyn.symmetry.fields import FieldType


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
) -> ConvStack:
    """`hidden` regular fields (four channels each) in each of `layers` - 1 inner places."""
    return regular_stack((inputs, outputs), hidden, layers, strict_conv, kernel=kernel, norm=norm, strict=True)
