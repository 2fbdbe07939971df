"""Relaxed kernels: each group element weighs shared filter banks by its own numbers.

[W22] Wang, Walters, Yu 2022 (arXiv 2201.11969), section 4.1: the kernel at element g is sum_l a_l(g) g(W_l). With a_l
constant over the group it is strict; it starts so here (tied), and may leave it in training.
"""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.grids.kernels import Kernel, from_pairs, source_action
from equidyn.symmetry.fields import FieldType


class RelaxedKernel(Kernel):
    """K = sum_l sum_g a_l(g) output(g) (e_0 (x) W_l) input(g)^-1, for any field types.

    weight: W, (banks, outputs.multiplicity, inputs.multiplicity, inputs.dimension * side^d), the row of component 0;
    relaxed: a, (banks, |G|), tied at the start. fan: as of Kernel.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int, banks: int, fan: float | None = None) -> None:
        super().__init__(inputs, outputs, side, fan)
        turning = source_action(inputs, side)
        shape = (banks, outputs.multiplicity, inputs.multiplicity, turning.dimension)
        self.weight = nn.Parameter(uniform_fan_in(shape, self.fan))
        # Independent banks add in variance: 1 / sqrt(banks) keeps the summed kernel at the size of one bank.
        self.relaxed = nn.Parameter(torch.full((banks, turning.order), banks**-0.5))
        self.register_buffer("source", torch.from_numpy(turning.source), persistent=False)
        self.register_buffer("sign", torch.from_numpy(turning.sign).float(), persistent=False)
        # first[g] = output(g) e_0: where, and with which sign, element g puts its row.
        first = torch.from_numpy(outputs.action.matrices()[:, :, 0]).float()
        self.register_buffer("first", first, persistent=False)

    def forward(self) -> torch.Tensor:
        """Mix the banks per group element, turn each mixture, and put it in its row."""
        mixed = torch.einsum("lg,loiw->goiw", self.relaxed, self.weight)
        order, width = self.source.shape
        index = self.source.view(order, 1, 1, width).expand_as(mixed)
        turned = mixed.gather(-1, index) * self.sign.view(order, 1, 1, width)
        pairs = torch.einsum("gd,goiw->oidw", self.first, turned)
        return from_pairs(pairs.flatten(2), self.inputs, self.outputs, self.side)

    def penalty(self) -> torch.Tensor:
        """C of [W22]: sum over banks and pairs of group elements of |a(g) - a(h)|; 0 when tied."""
        differences = self.relaxed[:, :, None] - self.relaxed[:, None, :]
        return differences.abs().sum() / 2

    def relaxed_weights(self) -> list[torch.Tensor]:
        """(banks, |G|)."""
        return [self.relaxed]
