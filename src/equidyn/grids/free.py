"""What is added to a strict kernel and breaks its symmetry: a free linear term. How it comes and goes: relaxations/."""

from typing import ClassVar

import torch
from torch import nn

from equidyn.grids.kernels import Kernel, from_pairs
from equidyn.grids.reynolds import Reynolds


class FreePart(nn.Module):
    """share (W - P(W)), P the Reynolds projection: only what breaks the symmetry, so that it never competes with the
    strict kernel to which it is added.

    weight: W, (outputs.multiplicity, inputs.multiplicity, entries of a pair), 0 at the start; share: 0 in a fresh net
    and in every checkpoint, so that both are exactly equivariant. kept: whether the part belongs to the net after
    training too, and moves its share itself. kernel: the strict one beside it.
    """

    kept: ClassVar[bool] = False

    def __init__(self, kernel: Kernel) -> None:
        super().__init__()
        self.inputs, self.outputs, self.side = kernel.inputs, kernel.outputs, kernel.side
        self.reynolds = Reynolds(self.inputs, self.outputs, self.side)
        shape = (self.outputs.multiplicity, self.inputs.multiplicity, self.reynolds.entries)
        self.weight = nn.Parameter(torch.zeros(shape))
        self.register_buffer("share", torch.zeros(()))

    def forward(self) -> torch.Tensor:
        """As a kernel, (outputs.channels, inputs.channels, side, side), with one axis more in three dimensions."""
        entries = self.share * self.reynolds.broken(self.weight)
        return from_pairs(entries, self.inputs, self.outputs, self.side)

    def penalty(self) -> torch.Tensor | float:
        """What the loss has of it, times the net's alpha."""
        return 0.0

    def relaxation(self, done: float) -> float:
        """The share after `done` (0 to below 1) of the training, of parts that are not kept."""
        return 1.0

    def reported(self) -> dict[str, float]:
        """Named numbers, none negative, of which GridNet reports mean and maximum over the free parts."""
        return {"share": self.share.item()}

    def own_parameters(self) -> list[nn.Parameter]:
        """As of Network."""
        return []

    def stepped(self, rate: float, length: float) -> None:
        """As of Network."""

    def watch(self, kernel: torch.Tensor) -> None:
        """See the whole kernel, strict and free, before it is used."""
