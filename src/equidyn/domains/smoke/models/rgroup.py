"""rgroup: relaxed group convolution. Each group element weighs the shared filter banks by its own numbers.

[W22] Wang, Walters, Yu 2022 (arXiv 2201.11969), section 4.1: kernel at element g = sum_l a_l(g) g(W_l). With a_l
constant over the group it is the strict group convolution; it starts so here (tied), and may leave it in training.
"""

from functools import partial

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveInt
from equidyn.domains.smoke.models.stack import ConvStack, Filter, FilterLayer, conv_stack
from equidyn.grids.bias import expanded_bias, invariant_bias
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


class RelaxedC4Conv(FilterLayer):
    """K = sum_l sum_g a_l(g) output(g) (e_0 (x) W_l) input(g)^-1, for any field types.

    weight: (banks, outputs.multiplicity, inputs.multiplicity, inputs.dimension * k * k), the row of component 0;
    relaxed: (banks, |G|), tied at the start.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int, banks: int) -> None:
        super().__init__()
        self.inputs, self.outputs, self.kernel = inputs, outputs, kernel
        turned = inputs.action @ grid_action(C4, kernel)
        fan_in = inputs.channels * kernel**2
        shape = (banks, outputs.multiplicity, inputs.multiplicity, turned.dimension)
        self.weight = nn.Parameter(uniform_fan_in(shape, fan_in))
        # Independent banks add in variance: 1 / sqrt(banks) keeps the summed kernel at the size of one bank.
        self.relaxed = nn.Parameter(torch.full((banks, turned.order), banks**-0.5))
        self.bias = invariant_bias(outputs, fan_in)
        self.register_buffer("source", torch.from_numpy(turned.source), persistent=False)
        self.register_buffer("sign", torch.from_numpy(turned.sign).float(), persistent=False)
        # first[g] = output(g) e_0: where, and with which sign, element g puts its row.
        first = torch.from_numpy(outputs.action.matrices()[:, :, 0]).float()
        self.register_buffer("first", first, persistent=False)

    def filter(self) -> Filter:
        """Mix the banks per group element, turn each mixture, and put it in its row."""
        mixed = torch.einsum("lg,loiw->goiw", self.relaxed, self.weight)
        order, width = self.source.shape
        index = self.source.view(order, 1, 1, width).expand_as(mixed)
        turned = mixed.gather(-1, index) * self.sign.view(order, 1, 1, width)
        rows = torch.einsum("gd,goiw->odiw", self.first, turned).flatten(0, 1)
        shape = (self.inputs.channels, self.kernel, self.kernel)
        return rows.flatten(1).unflatten(-1, shape), expanded_bias(self.bias, self.outputs)

    def penalty(self) -> torch.Tensor:
        """C of [W22]: sum over banks and pairs of group elements of |a(g) - a(h)|; 0 when tied."""
        differences = self.relaxed[:, :, None] - self.relaxed[:, None, :]
        return differences.abs().sum() / 2

    def relaxed_weights(self) -> list[torch.Tensor]:
        """The weights that a strict layer would tie over the group, its last axis: (banks, |G|)."""
        return [self.relaxed]


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
    banks: PositiveInt = 2,
    alpha: NonNegativeFloat = 1e-5,
) -> ConvStack:
    """`hidden` regular fields, `banks` filter banks, regulariser `alpha` x C."""
    fields = [inputs, *[FieldType(C4, "regular", hidden)] * (layers - 1), outputs]
    layer = partial(RelaxedC4Conv, banks=banks)
    return conv_stack(fields, layer, kernel=kernel, norm=norm, alpha=alpha)
