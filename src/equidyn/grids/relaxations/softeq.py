"""softeq: a net whose kernels are as far from strict ones as its softness allows, whatever the weights.

[T] Rahman et al. 2026 (arXiv 2603.26657). For a finite group their interpolation between the projected and the free map
is P(W) + s (W - P(W)). Alone that is a parametrisation, which large enough weights undo; so what breaks the symmetry is
also clipped at the size of the strict part, which they do not do. Then ||g K - K g|| <= 2 s / sqrt(1 + s^2) ||K|| for
every element g, and some weights reach that; the mean of its square over the group is at most half the square of this.
"""

from functools import partial
from typing import Any

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
        """As kernels are used."""
        return _Soft.apply(self.weight, self)

    def soft(self, weight: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """P(W) + softness clip(W - P(W)); and P(W), how large it and what is broken are, and the step between them.

        By one projection, two sizes (what is broken by Pythagoras), and a step from P(W) towards W.
        """
        strict = self.reynolds(weight)
        size, whole = (torch.dot(part, part) for part in (strict.flatten(), weight.flatten()))
        size = size + torch.finfo(size.dtype).tiny  # so that the clip of no weights is 1
        larger = torch.maximum(size, whole - size)
        step = self.softness * (size / larger).sqrt()
        entries = torch.lerp(strict, weight, step)
        return from_pairs(entries, self.inputs, self.outputs, self.side), strict, size, larger, step


class _Soft(torch.autograd.Function):
    """The kernel, and its gradient in half the steps that torch would record; they are small, and many."""

    @staticmethod
    def forward(ctx: Any, weight: torch.Tensor, kernel: SoftKernel) -> torch.Tensor:
        whole, *parts = kernel.soft(weight)
        ctx.save_for_backward(weight, *parts)
        ctx.kernel = kernel
        return whole

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor, None]:
        weight, strict, size, larger, step = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient is to be differentiated
            return *torch.autograd.grad(ctx.kernel.soft(weight)[0], weight, slope, create_graph=True), None
        slope = by_pairs(slope, ctx.kernel.inputs, ctx.kernel.outputs).flatten(2)
        by_step = torch.dot(slope.flatten(), (weight - strict).flatten()) * step * (larger > size)
        towards = torch.lerp(ctx.kernel.reynolds(slope), slope, step)
        # Where it is clipped, d step / dW = step (P(W) / |P(W)|^2 - (W - P(W)) / |W - P(W)|^2).
        return towards.addcmul_(strict, by_step * (1 / size + 1 / larger)).addcmul_(weight, -by_step / larger), None
