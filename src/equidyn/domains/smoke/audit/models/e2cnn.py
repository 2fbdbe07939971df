"""audit/e2cnn: the strict steerable net of [W22] as it was coded: with batch norm, beside rivals without.

Against models/e2cnn: always an inner batch norm, and the start of the e2cnn package (0.2.3): normal weights that give
each output the mean square of an input field, three times that of the other families here, and biases of 0. (Within a
row, e2cnn shares it equally among the kinds of irreducible representations; here it is shared equally among kernels.)
"""

from torch import nn

from equidyn.core.params.types import OddInt, PositiveInt
from equidyn.grids.conv import Conv
from equidyn.grids.families import steerable_conv
from equidyn.grids.stack import ConvStack, regular_stack
from equidyn.symmetry.fields import FieldType


def normal_conv(inputs: FieldType, outputs: FieldType, side: int) -> Conv:
    """A steerable convolution with the start of the e2cnn package: every row of the expanded kernel has norm 1."""
    layer = steerable_conv(inputs, outputs, side)
    nn.init.normal_(
        layer.kernel.weight, std=(inputs.multiplicity * len(layer.kernel.basis) / outputs.dimension) ** -0.5
    )
    if layer.bias is not None:
        nn.init.zeros_(layer.bias.weight)
    return layer


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
) -> ConvStack:
    """`hidden` regular fields (four channels each). Published: 98 (1 frame), 278 (10)."""
    return regular_stack((inputs, outputs), hidden, layers, normal_conv, kernel=kernel, norm="batch", strict=True)
