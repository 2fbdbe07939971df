"""A model that draws random numbers in its forward pass, in any of the ways there are."""

import random
from typing import Literal

import numpy as np
import torch
from torch.nn import functional

from equidyn.grids.convolve import correlated
from equidyn.grids.families import plain_conv
from equidyn.grids.stack import ConvStack, conv_stack
from equidyn.symmetry.fields import FieldType

SEEDED = ("torch", "like", "dropout", "numpy", "python", "eval")  # by generators of the process
HIDDEN = ("own", "module", "fresh", "counter")  # that nobody else can seed, or that change at each call
MODULE = np.random.default_rng(0)


class Noisy(ConvStack):
    """One convolution, its answer times 1 + a random number; draw: where that is from."""

    def forward(self, field: torch.Tensor, filters: list | None = None) -> torch.Tensor:
        """As of ConvStack."""
        answer = correlated(field, *(self.filters() if filters is None else filters)[0])
        if self.draw == "dropout":
            return functional.dropout(answer, 0.5, self.training)
        return answer * (1 + self._drawn(answer))

    def _drawn(self, answer: torch.Tensor) -> torch.Tensor | float:
        self.calls += 1
        draws = {
            "torch": lambda: torch.rand(()),
            "like": lambda: torch.randn_like(answer),
            "eval": lambda: 0.0 if self.training else torch.rand(()),
            "numpy": np.random.rand,
            "python": random.random,
            "own": lambda: torch.rand((), generator=self.generator),
            "module": MODULE.random,
            "fresh": lambda: np.random.default_rng().random(),
            "counter": lambda: 0.1 * self.calls,
        }
        return draws[self.draw]()


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    draw: Literal["torch", "like", "dropout", "numpy", "python", "eval", "own", "module", "fresh", "counter"] = "torch",
) -> Noisy:
    """draw: where its random numbers are from; its first weight is from numpy."""
    stack = conv_stack([inputs, outputs], plain_conv, kernel=3, norm="none")
    network = Noisy(stack.layers, stack.norms, 0.0, False)
    next(network.parameters()).data.view(-1)[0] = np.random.rand()
    network.draw, network.calls, network.generator = draw, 0, torch.Generator().manual_seed(0)
    return network
