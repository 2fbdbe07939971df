"""e2cnn: a strict C4 net of steerable convolutions. Its kernels are circular harmonics, limited in frequency.

Weiler, Cesa 2019 (arXiv 1911.08251), vector -> regular -> vector as in [W22]. Against gcnn, whose kernels fill the
whole equivariant space, two thirds of that space are left (3 x 3): what varies fast along a ring is not there.
"""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.domains.smoke.models.stack import ConvStack, Filter, FilterLayer, conv_stack
from equidyn.grids.bias import expanded_bias, invariant_bias
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.harmonics import ring_harmonics


class SteerableConv(FilterLayer):
    """K = sum_b w_b kappa_b for each pair of fields, over the ring harmonics kappa_b.

    weight: (outputs.multiplicity, inputs.multiplicity, count); 3 x 3: count is 24 regular -> regular, 12 vector ->
    regular or back, 8 vector -> vector. The bias is constant over a regular field, and absent on vectors.
    """

    expands_once = True

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        basis = torch.from_numpy(ring_harmonics(outputs.action, inputs.action, kernel)).float()
        self.register_buffer("basis", basis, persistent=False)
        self.weight = nn.Parameter(initial_weight(inputs, outputs, len(basis)))
        self.bias = invariant_bias(outputs, inputs.channels * kernel**2)

    def filter(self) -> Filter:
        """The weighted sum of the basis."""
        return expanded_kernel(self.weight, self.basis), expanded_bias(self.bias, self.outputs)


def initial_weight(inputs: FieldType, outputs: FieldType, count: int) -> torch.Tensor:
    """Weights of `count` orthonormal kernels; the expanded kernel has the mean square of a plain one, 1 / (3 fan-in).

    A row of the expanded kernel shares in count / outputs.dimension weights per field of the input.
    """
    shape = (outputs.multiplicity, inputs.multiplicity, count)
    return uniform_fan_in(shape, inputs.multiplicity * count / outputs.dimension)


def expanded_kernel(weight: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """sum_b weight[o, i, b] basis[b, d, e, y, x], as a kernel of shape (o * d, i * e, y, x)."""
    return torch.einsum("oib,bdeyx->odieyx", weight, basis).flatten(2, 3).flatten(0, 1)


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
    return conv_stack(fields, SteerableConv, kernel=kernel, norm=norm, strict=True)
