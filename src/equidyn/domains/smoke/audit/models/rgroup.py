"""audit/rgroup: the relaxed group convolutional net of [W22] as it was coded: linear.

Against models/rgroup: no activation (the layers take an argument for it, and ignore it), so the net is one linear
map; no bias and no norm; vectors are lifted to z_n = v . (cos n pi/2, sin n pi/2) before the first layer, and
sum_n z_n (cos n pi/2, sin n pi/2) is taken after the last, so both of these layers are regular -> regular; relaxed
weights 1 / (4 L) at the start; squared regulariser. A linear net does not see the sign of its input, so while it is
tied it is equivariant under both signs of the vector action, ours and the published one.
"""

from itertools import pairwise

import torch

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import NonNegativeFloat, OddInt, PositiveInt
from equidyn.domains.smoke.audit.models.squared import SquaredPenalty
from equidyn.grids.conv import Conv, Filter
from equidyn.grids.convolve import channels_last, correlated
from equidyn.grids.families import relaxed_conv
from equidyn.grids.kernels import Kernel
from equidyn.grids.stack import ConvStack
from equidyn.symmetry.actions import vector_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


class LiftedKernel(Kernel):
    """A relaxed kernel regular -> regular, with vectors lifted on the way in or summed on the way out.

    Its bank l at element n is a[l, n] rot_n(W_l) with a cyclic shift, W_l uniform in +-1/sqrt(fields * k * k).
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int, banks: int) -> None:
        super().__init__(inputs, outputs, side)
        regular = (field.of("regular", field.multiplicity) for field in (inputs, outputs))
        self.inner = relaxed_conv(*regular, side, banks=banks).kernel
        self.inner.weight.data = uniform_fan_in(self.inner.weight.shape, inputs.multiplicity * side**2)
        self.inner.relaxed.data.fill_(1 / self.inner.relaxed.numel())
        self.register_buffer("lift", _from_regular(inputs), persistent=False)
        self.register_buffer("sum", _from_regular(outputs), persistent=False)

    def forward(self) -> torch.Tensor:
        """The kernel regular -> regular, its columns and rows joined where vectors go in or come out."""
        kernel = self.inner().unflatten(1, (-1, 4)).unflatten(0, (-1, 4))
        joined = torch.einsum("ominyx,mv,nw->oviwyx", kernel, self.sum, self.lift)
        return joined.flatten(2, 3).flatten(0, 1)

    def relaxed_weights(self) -> list[torch.Tensor]:
        """(banks, |G|)."""
        return [self.inner.relaxed]

    def penalty(self) -> torch.Tensor:
        """C = sum over banks and pairs of group elements of |a(g) - a(h)|."""
        return self.inner.penalty()


class LinearStack(SquaredPenalty):
    """A net with nothing between its convolutions."""

    def forward(self, field: torch.Tensor, filters: list[Filter] | None = None) -> torch.Tensor:
        """Map (batch, inputs.channels, y, x) to (batch, outputs.channels, y, x), linearly."""
        field = channels_last(field)
        for kernel, bias in self.filters() if filters is None else filters:
            field = correlated(field, kernel, bias)
        return field


def _from_regular(field: FieldType) -> torch.Tensor:
    """Row n is (cos n pi/2, sin n pi/2) for vectors, and the n-th unit vector for regular fields."""
    return torch.from_numpy(vector_action(C4).matrices()[:, :, 0]).float() if field.kind == "vector" else torch.eye(4)


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    banks: PositiveInt = 2,
    alpha: NonNegativeFloat = 1e-5,
) -> ConvStack:
    """`hidden` regular fields, `banks` filter banks, regulariser (`alpha` x C)^2. Published: 64 (1 frame), 2 banks."""
    fields = [inputs, *[inputs.of("regular", hidden)] * (layers - 1), outputs]
    stack = [Conv(LiftedKernel(*pair, kernel, banks), None) for pair in pairwise(fields)]
    return LinearStack(stack, [], alpha, strict=False)
