"""e2cnn: a strict net of steerable convolutions. Its kernels are circular harmonics, limited in frequency.

Weiler, Cesa 2019 (arXiv 1911.08251), vector -> regular -> vector as in [W22].
"""

from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.grids.families import steerable_conv
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
    return regular_stack((inputs, outputs), hidden, layers, steerable_conv, kernel=kernel, norm=norm, strict=True)
