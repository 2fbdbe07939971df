"""audit/e2cnn: the strict steerable net of [W22] as it was coded: with batch norm, beside rivals without.

Against models/e2cnn: always an inner batch norm, and the start of the e2cnn package (0.2.3): normal weights that give
each output the mean square of an input field, three times that of the other families here, and biases of 0. (Within a
row, e2cnn shares it equally among the kinds of irreducible representations; here it is shared equally among kernels.)
"""

from torch import nn

from equidyn.core.params.types import OddInt, PositiveInt
from equidyn.domains.smoke.models.e2cnn import SteerableConv
from equidyn.domains.smoke.models.stack import ConvStack, conv_stack
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


class NormalSteerableConv(SteerableConv):
    """A steerable convolution with the start of the e2cnn package: every row of the expanded kernel has norm 1."""

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int) -> None:
        super().__init__(inputs, outputs, kernel)
        nn.init.normal_(self.weight, std=(inputs.multiplicity * len(self.basis) / outputs.dimension) ** -0.5)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
) -> ConvStack:
    """`hidden` regular fields (four channels each). Published: 98 (1 frame), 278 (10)."""
    fields = [inputs, *[FieldType(C4, "regular", hidden)] * (layers - 1), outputs]
    return conv_stack(fields, NormalSteerableConv, kernel=kernel, norm="batch", strict=True)
