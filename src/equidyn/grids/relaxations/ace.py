"""ace: a strict net with free terms whose sizes are Lagrangian variables: training lets them go as the task allows.

[M25] Manolache, Chamon, Niepert 2025 (arXiv 2505.13631), adaptive constrained equivariance: each layer is
K_eq + gamma K_free, one number gamma per layer, under the constraint gamma = 0 with multiplier lambda. Gradient descent
in gamma at the rate h_p, ascent in lambda at h_d. Where nothing else pulls at gamma the pair is an oscillator: undamped
it first reaches 0 after (pi / 2) / sqrt(h_p h_d) steps, and passes it. What is done here and not there:
- The free kernel is one of fixed size, c W_perp / ||W_perp||, since gamma W is unchanged by gamma / s and s W.
- (c / 2) gamma^2, zero under the constraint, damps the pair: critically at c = 2 sqrt(h_d / h_p).
- Both rates are for plain gradient descent and follow from the number of steps; under Adam the dual rate has no effect.
"""

import math
from functools import partial

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import NonNegativeFloat, PositiveFloat
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel, fan_in, from_pairs
from equidyn.grids.stack import GridNet


def relax(
    network: GridNet,
    *,
    settle: PositiveFloat = 0.5,
    ratio: PositiveFloat = 0.1,
    damping: NonNegativeFloat = 1.0,
    slack: NonNegativeFloat = 0.0,
) -> GridNet:
    """A free term in each kernel; settle, ratio and damping (0 as published) are those of ElasticPart.

    slack: cost of breaking the symmetry for good, 1 as published, for data that are only partly symmetric: then the
    free terms stay. 0: none is left after training.
    """
    rates = {"settle": settle, "ratio": ratio}
    part = partial(SlackPart, **rates, cost=slack) if slack else partial(ElasticPart, **rates, damping=damping)
    return network.freed(part, alpha=1.0, strict=not slack)


class ElasticPart(FreePart):
    """gamma c (W - P(W)) / ||W - P(W)||, c the size of the strict kernel at the start; dropped after training.

    weight: W, started as a free kernel is; gamma: 1 at the start; multiplier: lambda, 0 at the start. settle: share of
    the training in which an undamped pair would bring gamma from 1 to 0, at a constant learning rate; both rates follow
    the schedule of that. ratio: h_d / h_p; damping: in units of the critical one, 0 as published.
    """

    def __init__(self, kernel: Kernel, settle: float, ratio: float, damping: float) -> None:
        super().__init__(kernel)
        self.settle, self.ratio, self.damping = settle, ratio, damping
        self.weight.data = uniform_fan_in(self.weight.shape, fan_in(self.inputs, self.side))
        self.gamma = nn.Parameter(torch.ones(()))
        self.register_buffer("multiplier", torch.zeros(()))
        self.register_buffer("size", kernel().detach().norm())

    def forward(self) -> torch.Tensor:
        """As a kernel, (outputs.channels, inputs.channels, side, side), with one axis more in three dimensions."""
        broken = self.reynolds.broken(self.weight)
        entries = self.share * self.gamma * self.size / broken.norm() * broken
        return from_pairs(entries, self.inputs, self.outputs, self.side)

    def penalty(self) -> torch.Tensor:
        """lambda gamma + (c / 2) gamma^2."""
        return self.multiplier * self.gamma + self.damping * math.sqrt(self.ratio) * self.gamma.square()

    def reported(self) -> dict[str, float]:
        """|gamma| and |lambda|."""
        return {"gamma": self.gamma.abs().item(), "multiplier": self.multiplier.abs().item()}

    def own_parameters(self) -> list[nn.Parameter]:
        """gamma."""
        return [self.gamma]

    @torch.no_grad()
    def stepped(self, rate: float, length: float) -> None:
        """Descend in gamma, by the gradient of loss and penalty, and ascend in lambda."""
        if self.gamma.grad is None:
            return
        pace = rate * length * math.pi / 2 / self.settle  # sqrt(h_p h_d)
        self.gamma -= pace / math.sqrt(self.ratio) * self.gamma.grad
        self.gamma.grad = None
        self.ascend(pace * math.sqrt(self.ratio))

    def ascend(self, rate: float) -> None:
        """One step of lambda, along what the constraint is off by."""
        self.multiplier += rate * self.gamma


class SlackPart(ElasticPart):
    """The form of [M25] for data that are only partly symmetric: |gamma| <= u, at the price (cost / 2) u^2; it stays.

    The best u for a multiplier is lambda / cost, which is put in for u. So lambda, never below 0, leaks, which damps
    the pair: no other damping is added. A large lambda at the end marks a layer that wants to break the symmetry.
    """

    kept = True

    def __init__(self, kernel: Kernel, settle: float, ratio: float, cost: float) -> None:
        super().__init__(kernel, settle, ratio, damping=0.0)
        self.cost = cost
        self.share.fill_(1.0)

    def penalty(self) -> torch.Tensor:
        """lambda |gamma|. [M25] print the step of lambda gamma, which would not bound a negative gamma."""
        return self.multiplier * self.gamma.abs()

    def ascend(self, rate: float) -> None:
        """Along |gamma| - u."""
        self.multiplier += rate * (self.gamma.abs() - self.multiplier / self.cost)
        self.multiplier.clamp_(min=0.0)
