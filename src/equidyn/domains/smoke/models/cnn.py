"""cnn: a plain convolutional net. It imposes translation and nothing else."""

from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.grids.families import plain_conv
from equidyn.grids.stack import ConvStack, conv_stack
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
    """`hidden` scalar channels in each of `layers` - 1 inner places."""
    fields = [inputs, *[inputs.of("scalar", hidden)] * (layers - 1), outputs]
    return conv_stack(fields, plain_conv, kernel=kernel, norm=norm)
