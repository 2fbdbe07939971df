"""anneal: a strict net trained relaxed and used exactly equivariant.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each strict kernel gets a free linear term, which is faded out in
training and left out afterwards. What is left is the strict net, with the same start for the same seed; so this tells
what relaxation does for training from what it adds. While the share is 0, training is the strict net's, bit by bit.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Literal

import torch

from equidyn.core.params.types import NonNegativeFloat
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel
from equidyn.grids.stack import GridNet


def relax(
    network: GridNet, *, schedule: Literal["cosine", "triangle"] = "cosine", alpha: NonNegativeFloat = 0.0
) -> GridNet:
    """As published: schedule "triangle", and the penalty of the free terms with the factor alpha = 0.01."""
    return network.freed(partial(AnnealedPart, schedule=schedule), alpha=alpha)


class AnnealedPart(FreePart):
    """A free term whose share follows a schedule."""

    def __init__(self, kernel: Kernel, schedule: str = "cosine") -> None:
        super().__init__(kernel)
        self.schedule = SCHEDULES[schedule]

    def penalty(self) -> torch.Tensor:
        """||W|| + (mean over g of ||W - g W||^2)^(1/2), of which the second is sqrt(2) ||W - P(W)||.

        The published form for fields of the plane, ||W|| + ||W - rot90 W||, turns the pixels of the kernel alone, once;
        here a group element acts on the channels as well, and all elements count alike.
        """
        return self.weight.norm() + math.sqrt(2) * self.reynolds.broken(self.weight).norm()

    def relaxation(self, done: float) -> float:
        """The share after `done` (0 to below 1) of the training."""
        return self.schedule(done)


def cosine(done: float) -> float:
    """From 1, by a cosine, to 0 after 3/4 of the training."""
    return (1 + math.cos(math.pi * min(done / 0.75, 1.0))) / 2


def triangle(done: float) -> float:
    """From 0 to 1 over the first half of the training and back over the second, as published."""
    return 1 - abs(2 * done - 1)


SCHEDULES: dict[str, Callable[[float], float]] = {"cosine": cosine, "triangle": triangle}
