"""rpp: a strict net with a free term beside each kernel, both under Gaussian priors, of which that of the free term is
narrow.

[F] Finzi, Benton, Wilson 2021 (arXiv 2112.01388), residual pathway priors: K = A + B, A strict, B any kernel, and the
loss has beta ||A||^2 + alpha ||B||^2. Least over all splits of K, that is the squared penalty of projection.py with
alpha and alpha beta / (alpha + beta): the two share their optima, and differ in parametrisation alone.
"""

from functools import partial

import torch

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import NonNegativeFloat
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel, from_pairs
from equidyn.grids.stack import GridNet


def relax(network: GridNet, *, alpha: NonNegativeFloat = 1e-2, beta: NonNegativeFloat = 1e-4) -> GridNet:
    """alpha: of the free terms, by far the larger; beta: of the strict kernels. Nothing is dropped after training."""
    return network.freed(partial(PriorPart, rates=(alpha, beta)), alpha=1.0, strict=False)


class PriorPart(FreePart):
    """B, any kernel, started as a free one is.

    rates: alpha and beta, of B and of the strict kernel A.
    """

    kept = True

    def __init__(self, kernel: Kernel, rates: tuple[float, float]) -> None:
        super().__init__(kernel)
        self.rates, self.beside = rates, (kernel,)  # in a tuple, since its weights are the layer's
        self.weight.data = uniform_fan_in(self.weight.shape, kernel.fan)
        self.share.fill_(1.0)

    def forward(self) -> torch.Tensor:
        """As a kernel, (outputs.channels, inputs.channels, side, side), with one axis more in three dimensions."""
        return from_pairs(self.weight, self.inputs, self.outputs, self.side)

    def penalty(self) -> torch.Tensor:
        """alpha ||B||^2 + beta ||A||^2, in Frobenius norms."""
        alpha, beta = self.rates
        return alpha * self.weight.square().sum() + beta * self.beside[0]().square().sum()
