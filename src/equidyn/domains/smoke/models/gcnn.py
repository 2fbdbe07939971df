"""gcnn: a strict C4 group-convolutional net. Every layer lies in the exact space of equivariant kernels.

Cohen, Welling 2016 (arXiv 1602.07576), here with the input as a true vector field: vector -> regular -> vector.
"""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.domains.smoke.models.stack import ConvStack, Filter, FilterLayer, conv_stack
from equidyn.grids.bias import expanded_bias, invariant_bias
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import intertwiners


class C4Conv(FilterLayer):
    """A convolution whose kernel is constant, up to sign, on the orbits of C4: one weight per orbit and field pair.

    Per pair of fields, 3 x 3: 36 weights regular -> regular, 18 vector -> regular or back, 9 vector -> vector.
    The bias is constant over a regular field, and absent on vectors, which have no invariant direction.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int) -> None:
        super().__init__()
        self.inputs, self.outputs, self.kernel = inputs, outputs, kernel
        orbits = intertwiners(outputs.action, inputs.action @ grid_action(C4, kernel))
        fan_in = inputs.channels * kernel**2
        self.weight = nn.Parameter(uniform_fan_in((outputs.multiplicity, inputs.multiplicity, orbits.count), fan_in))
        self.bias = invariant_bias(outputs, fan_in)
        # A vanishing entry has sign 0; its label is set to 0 so that it can be gathered like the others.
        self.register_buffer("label", torch.from_numpy(orbits.label).clamp(min=0), persistent=False)
        self.register_buffer("sign", torch.from_numpy(orbits.sign).float(), persistent=False)

    def filter(self) -> Filter:
        """Expand the orbits: one gather and one product."""
        entries = self.weight.index_select(-1, self.label) * self.sign
        shape = (self.outputs.dimension, self.inputs.dimension, self.kernel, self.kernel)
        kernel = entries.unflatten(-1, shape).permute(0, 2, 1, 3, 4, 5).flatten(2, 3).flatten(0, 1)
        return kernel, expanded_bias(self.bias, self.outputs)


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
    fields = [inputs, *[FieldType(C4, "regular", hidden)] * (layers - 1), outputs]
    return conv_stack(fields, C4Conv, kernel=kernel, norm=norm, strict=True)
