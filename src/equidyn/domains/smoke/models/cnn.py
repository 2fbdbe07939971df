"""cnn: a plain convolutional net. It imposes translation and nothing else."""

from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.domains.smoke.models.stack import ConvStack, Filter, FilterLayer, conv_stack
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


class PlainConv(FilterLayer):
    """A convolution with a free kernel and a free bias."""

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        fan_in = inputs.channels * kernel**2
        self.weight = nn.Parameter(uniform_fan_in((outputs.channels, inputs.channels, kernel, kernel), fan_in))
        self.bias = nn.Parameter(uniform_fan_in((outputs.channels,), fan_in))

    def filter(self) -> Filter:
        """The weights themselves."""
        return self.weight, self.bias


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
    fields = [inputs, *[FieldType(C4, "scalar", hidden)] * (layers - 1), outputs]
    return conv_stack(fields, PlainConv, kernel=kernel, norm=norm)
