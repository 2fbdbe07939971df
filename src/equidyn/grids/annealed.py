"""What breaks a strict kernel's symmetry while it is trained: a free linear term, faded out and left out afterwards.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242). Other rules by which such a term comes and goes: elastic.py, kept.py.
"""

import math
from collections.abc import Callable
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

    def __init__(self, kernel: Kernel, schedule: str = "cosine") -> None:
        super().__init__()
        self.inputs, self.outputs, self.side = kernel.inputs, kernel.outputs, kernel.side
        self.reynolds = Reynolds(self.inputs, self.outputs, self.side)
        shape = (self.outputs.multiplicity, self.inputs.multiplicity, self.reynolds.entries)
        self.weight = nn.Parameter(torch.zeros(shape))
        self.register_buffer("share", torch.zeros(()))
        self.schedule = SCHEDULES[schedule]

    def forward(self) -> torch.Tensor:
        """As a kernel, (outputs.channels, inputs.channels, side, side), with one axis more in three dimensions."""
        entries = self.share * self.reynolds.broken(self.weight)
        return from_pairs(entries, self.inputs, self.outputs, self.side)

    def penalty(self) -> torch.Tensor:
        """||W|| + (mean over g of ||W - g W||^2)^(1/2), of which the second is sqrt(2) ||W - P(W)||.

        The published form for fields of the plane, ||W|| + ||W - rot90 W||, turns the pixels of the kernel alone, once;
        here a group element acts on the channels as well, and all elements count alike.
        """
        return self.weight.norm() + math.sqrt(2) * self.reynolds.broken(self.weight).norm()

    def relaxation(self, done: float) -> float:
        """The share after `done` (0 to below 1) of the training."""
        return self.schedule(done)

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


def cosine(done: float) -> float:
    """From 1, by a cosine, to 0 after 3/4 of the training."""
    return (1 + math.cos(math.pi * min(done / 0.75, 1.0))) / 2


def triangle(done: float) -> float:
    """From 0 to 1 over the first half of the training and back over the second, as published."""
    return 1 - abs(2 * done - 1)


SCHEDULES: dict[str, Callable[[float], float]] = {"cosine": cosine, "triangle": triangle}
