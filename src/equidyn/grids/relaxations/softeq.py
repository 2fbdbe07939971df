"""softeq: a net whose kernels are as far from strict ones as its softness allows, whatever the weights.

[T] Rahman et al. 2026 (arXiv 2603.26657). For a finite group their interpolation between the projected and the free map
is P(W) + s (W - P(W)). Alone that is a parametrisation, which large enough weights undo; so what breaks the symmetry is
also clipped at the size of the strict part, which they do not do. Then ||g K - K g|| <= 2 s / sqrt(1 + s^2) ||K|| for
every element g, and some weights reach that; the mean of its square over the group is at most half the square of this.
"""

from functools import partial

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import UnitFloat
from equidyn.grids.kernels import Kernel, OrbitKernel, by_pairs, from_pairs
from equidyn.grids.reynolds import Reynolds
from equidyn.grids.stack import GridNet


def relax(network: GridNet, *, softness: UnitFloat = 0.5) -> GridNet:
    """Kernels P(W) + softness clip(W - P(W)); nothing is dropped after training."""
    return network.remade(partial(SoftKernel, softness=softness))


class SoftKernel(Kernel):
    """K = P(W) + softness clip(W - P(W)), the clipped part no larger than P(W) in the Frobenius norm.

    weight: W, (outputs.multiplicity, inputs.multiplicity, entries of a pair): at the start P(W) is the strict `kernel`
    and the rest a free one's start. softness: from 0 (strict) to 1.
    """

    def __init__(self, kernel: OrbitKernel, softness: float) -> None:
        super().__init__(kernel.inputs, kernel.outputs, kernel.side, kernel.fan)
        self.softness = softness
        self.reynolds = Reynolds(self.inputs, self.outputs, self.side)
        strict = kernel().detach()
        free = uniform_fan_in(strict.shape, self.fan)
        strict, free = (by_pairs(part, self.inputs, self.outputs).flatten(2) for part in (strict, free))
        self.weight = nn.Parameter(strict + self.reynolds.broken(free))

    def forward(self) -> torch.Tensor:
        """One projection, two sizes (what is broken by Pythagoras), and a step from P(W) towards W."""
        strict = self.reynolds(self.weight)
        size, whole = (torch.dot(part.flatten(), part.flatten()) for part in (strict, self.weight))
        size = size + torch.finfo(size.dtype).tiny  # so that the clip of no weights is 1
        clip = (size / torch.maximum(size, whole - size)).sqrt()
        entries = torch.lerp(strict, self.weight, self.softness * clip)
        return from_pairs(entries, self.inputs, self.outputs, self.side)
