"""projection: a free net on the fields of a strict one, whose distance from it costs; no group element is drawn.

[BS] Berndt, Stuehmer 2026 (arXiv 2601.05028): loss + alpha sum ||W - P(W)|| + beta sum ||P(W)|| over linear layers, P
the Reynolds projection. With squared norms it is the residual pathway prior of Finzi et al. 2021 (arXiv 2112.01388):
a ||A||^2 + b ||B||^2 of a kernel A + B, A strict, is least over the splits at
(a b / (a + b)) ||P(K)||^2 + b ||K - P(K)||^2.
"""

from functools import partial
from typing import Literal

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import NonNegativeFloat
from equidyn.grids.kernels import Kernel, OrbitKernel, from_pairs
from equidyn.grids.reynolds import Reynolds
from equidyn.grids.stack import GridNet


def relax(
    network: GridNet, *, alpha: NonNegativeFloat = 1e-2, beta: NonNegativeFloat = 0.0, power: Literal[1, 2] = 1
) -> GridNet:
    """Free kernels W; the loss has alpha ||W - P(W)||^power + beta ||P(W)||^power of each.

    The published smoke results add the penalty to nets that are relaxed anyway; here the net is free.
    """
    return network.remade(partial(PenalisedKernel, alpha=alpha, beta=beta, power=power), alpha=1.0)


class PenalisedKernel(Kernel):
    """Any kernel, at a price.

    weight: W, (outputs.multiplicity, inputs.multiplicity, entries of a pair), started as a free kernel is. alpha, beta:
    factors of the two norms; power: to which they are raised. At 1, whole layers can become strict; at 2, all only come
    near. kernel: the strict one in whose place it stands.
    """

    def __init__(self, kernel: OrbitKernel, alpha: float, beta: float = 0.0, power: int = 1) -> None:
        super().__init__(kernel.inputs, kernel.outputs, kernel.side, kernel.fan)
        self.alpha, self.beta, self.power = alpha, beta, power
        self.reynolds = Reynolds(self.inputs, self.outputs, self.side)
        shape = (self.outputs.multiplicity, self.inputs.multiplicity, self.reynolds.entries)
        self.weight = nn.Parameter(uniform_fan_in(shape, self.fan))

    def forward(self) -> torch.Tensor:
        """The weights themselves."""
        return from_pairs(self.weight, self.inputs, self.outputs, self.side)

    def penalty(self) -> torch.Tensor | float:
        """alpha ||W - P(W)||^power + beta ||P(W)||^power, in Frobenius norms."""
        strict = self.reynolds(self.weight)
        parts = ((self.alpha, self.weight - strict), (self.beta, strict))
        return sum(factor * _raised(part, self.power) for factor, part in parts if factor)


def _raised(part: torch.Tensor, power: int) -> torch.Tensor:
    return part.norm() if power == 1 else part.square().sum()
