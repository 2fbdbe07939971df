"""Softly equivariant kernels: how far they may be from the strict ones is a number, whatever the weights.

[T] Rahman et al. 2026 (arXiv 2603.26657). For a finite group their interpolation between the projected and the free map
is P(W) + s (W - P(W)). Alone that is a parametrisation, which large enough weights undo; so what breaks the symmetry is
also clipped at the size of the strict part, which they do not do. Then ||g K - K g|| <= 2 s ||K|| for every element g.
"""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.grids.kernels import Kernel, OrbitKernel, by_pairs, fan_in, from_pairs
from equidyn.grids.reynolds import Reynolds
from equidyn.symmetry.fields import FieldType


class SoftKernel(Kernel):
    """K = P(W) + softness clip(W - P(W)), the clipped part no larger than P(W) in the Frobenius norm.

    weight: W, (outputs.multiplicity, inputs.multiplicity, entries of a pair): at the start P(W) is a strict kernel's
    start and the rest a free one's. softness: from 0 (strict) to 1. fan: as of OrbitKernel.
    """

    def __init__(
        self, inputs: FieldType, outputs: FieldType, side: int, fan: float | None = None, *, softness: float
    ) -> None:
        super().__init__(inputs, outputs, side)
        self.softness = softness
        self.reynolds = Reynolds(inputs, outputs, side)
        strict = OrbitKernel(inputs, outputs, side, fan)().detach()
        free = uniform_fan_in(strict.shape, fan or fan_in(inputs, side))
        strict, free = (by_pairs(part, inputs, outputs).flatten(2) for part in (strict, free))
        self.weight = nn.Parameter(strict + self.reynolds.broken(free))

    def forward(self) -> torch.Tensor:
        """Two products with the orbits' matrix, two norms, and one blend of P(W) and W."""
        strict = self.reynolds(self.weight)
        size, broken = strict.norm(), (self.weight - strict).norm()
        clip = size / torch.maximum(size, broken).clamp_min(torch.finfo(size.dtype).tiny)
        return from_pairs(strict.lerp(self.weight, self.softness * clip), self.inputs, self.outputs, self.side)
