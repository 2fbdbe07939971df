"""gap_gate: a strict net with free terms that are as far open as the gradients break the symmetry.

A method of ours: a stand-in with the property that recurrent constraint modulation (Pertigkiozoglou et al. 2026, arXiv
2602.02853) states, no relaxation where the data are symmetric. Its own rule is another one.
"""

from functools import partial

import torch

from equidyn.core.params.types import PositiveFloat
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel, by_pairs
from equidyn.grids.stack import GridNet


def relax(network: GridNet, *, threshold: PositiveFloat = 0.1, memory: PositiveFloat = 0.05) -> GridNet:
    """Free terms let through by min(1, sqrt(s / threshold)), s averaged over the share `memory`; they stay."""
    return network.freed(partial(GatedPart, threshold=threshold, memory=memory), strict=False)


class GatedPart(FreePart):
    """As far open as the gradients ask for it: share = min(1, sqrt(s / threshold)).

    A method of ours, without a published model. s = <G1_perp, G2_perp>_+ / ||G||^2, G the gradient of the loss by the
    whole kernel at two steps one after the other, whose batches are independent: the part of its power that breaks the
    symmetry and is no noise of sampling, which has no mean in the product. Both are averaged over `memory` (share of
    the training), then divided: where training has come to rest all that is left of G is noise, and the share falls. On
    symmetric data, seen from a strict net, the mean of G_perp is 0.
    weight: 0 at the start, where the share is 1: the first steps measure.
    """

    kept = True

    def __init__(self, kernel: Kernel, threshold: float, memory: float) -> None:
        super().__init__(kernel)
        self.threshold, self.memory = threshold, memory
        self.share.fill_(1.0)
        self.register_buffer("before", torch.zeros_like(self.weight))
        self.register_buffer("broken", torch.zeros(()))
        self.register_buffer("power", torch.zeros(()))
        self.gradient: torch.Tensor | None = None

    def watch(self, kernel: torch.Tensor) -> None:
        """Keep the gradient by it."""
        if self.training and kernel.requires_grad:
            kernel.register_hook(self._keep)

    def _keep(self, gradient: torch.Tensor) -> None:
        found = by_pairs(gradient.detach(), self.inputs, self.outputs).flatten(2).to(self.weight)
        self.gradient = found if self.gradient is None else self.gradient + found

    @torch.no_grad()
    def stepped(self, rate: float, length: float) -> None:
        """Compare the gradient with the last step's."""
        if self.gradient is None:
            return
        part = min(1.0, length / self.memory)
        if self.before.any():
            self.broken.lerp_((self.reynolds.broken(self.gradient) * self.before).sum(), part)
            self.power.lerp_(self.gradient.square().sum(), part)
            self.share.copy_(
                (self.broken.clamp(min=0) / self.power.clamp(min=1e-30) / self.threshold).sqrt().clamp(max=1.0)
            )
        self.before.copy_(self.gradient)
        self.gradient = None
