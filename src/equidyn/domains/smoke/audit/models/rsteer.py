"""audit/rsteer: the relaxed steerable net of [W22] as it was coded.

Against models/rsteer: the weights start untied and each channel has its own bias, on vectors too, so the net is not
equivariant at the start nor at any strength of the regulariser; there are weights where a steerable kernel vanishes
(84 of 216 on 3 x 3), which multiply 0; the regulariser takes the next position in the flattened kernel for a
neighbour, across the ends of rows, and is squared. Without norm: the published net has batch norms, and never applies
them; their 2 numbers for each inner field (256 of 671,234) are left out here.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import NonNegativeFloat, OddInt, PositiveInt
from equidyn.domains.smoke.audit.models.squared import SquaredPenalty
from equidyn.grids.bias import free_bias
from equidyn.grids.conv import Conv
from equidyn.grids.kernels import Kernel
from equidyn.grids.stack import ConvStack
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.harmonics import ring_harmonics


class UntiedSteerableKernel(Kernel):
    """K(p) = sum_b w_b(p) kappa_b(p), all w on their own and uniform in +-1/sqrt(fields * k * k).

    weight: (outputs.multiplicity, inputs.multiplicity, count, k * k).
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__(inputs, outputs, side)
        basis = torch.from_numpy(published_basis(inputs, outputs, side)).float()
        shape = (outputs.multiplicity, inputs.multiplicity, len(basis), side**2)
        self.weight = nn.Parameter(uniform_fan_in(shape, inputs.multiplicity * side**2))
        self.register_buffer("basis", basis.flatten(-2), persistent=False)

    def forward(self) -> torch.Tensor:
        """The weighted sum of the steerable kernels, position by position."""
        kernel = torch.einsum("oibp,bdep->odiep", self.weight, self.basis).flatten(2, 3).flatten(0, 1)
        return kernel.unflatten(-1, (self.side, self.side))

    def relaxed_weights(self) -> list[torch.Tensor]:
        """The weights at all positions, those that multiply 0 among them."""
        return [self.weight]

    def penalty(self) -> torch.Tensor:
        """C = mean |w(p) - w(p + 1)| along the flattened kernel."""
        return self.weight.diff(dim=-1).abs().mean()


def published_basis(inputs: FieldType, outputs: FieldType, side: int) -> np.ndarray:
    """The ring harmonics in the scale of e2cnn 0.2.3: (count, out_dim, in_dim, k, k).

    A kernel into an irreducible representation of dimension d has norm sqrt(d) there. Of C4's irreducible
    representations, the one on which half a turn is -1 has d = 2, the others 1.
    """
    one, half_turn = outputs.action.matrices()[[0, 2]]
    scale = one + (2**0.5 - 1) * (one - half_turn) / 2
    return np.einsum("dc,bceyx->bdeyx", scale, ring_harmonics(outputs, inputs, side))


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    alpha: NonNegativeFloat = 1e-5,
) -> ConvStack:
    """`hidden` regular fields (four channels each), regulariser (`alpha` x C)^2. Published: 32 (1 frame), 92 (10)."""
    fields = [inputs, *[inputs.of("regular", hidden)] * (layers - 1), outputs]
    stack = [_untied(*pair, kernel) for pair in pairwise(fields)]
    return SquaredPenalty(stack, [nn.Identity()] * (layers - 1), alpha, strict=False)


def _untied(inputs: FieldType, outputs: FieldType, side: int) -> Conv:
    """With a bias for each channel."""
    kernel = UntiedSteerableKernel(inputs, outputs, side)
    return Conv(kernel, free_bias(outputs, inputs.multiplicity * side**2))
