"""sampled: the mean of the network's outputs over some random permutations of the points.

On average over draws it is the S_n-symmetrized network (Murphy et al. 2019, arXiv 1811.01900); any one answer is not
exactly invariant, so the group that it imposes is the trivial one. The identity need not be among the permutations.
"""

from typing import Literal

import numpy as np
import torch

from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.impose.wrapper import Wrapper, predictions
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import SetGroup, SetType


class Sampled(Wrapper):
    """Mean over `count` permutations: those of `elements`, or while it is trained with fresh draws, new ones each time.

    elements: (count, points), drawn when the network is built, kept with its weights; always used in eval mode.
    """

    def __init__(self, network: SetNetwork, count: int, fresh: bool) -> None:
        super().__init__(network, *_exact(network))
        self.copies, self.fresh = count, fresh
        self.now, self.calls = (0, 0), 0
        self.register_buffer("elements", self._drawn(torch.randint(2**62, ()).item()))

    def begin(self, seed: int, epoch: int) -> None:
        """Fresh draws are a function of (seed, epoch) and the number of calls since."""
        super().begin(seed, epoch)
        self.now, self.calls = (seed, epoch), 0

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        elements = self._next() if self.training and self.fresh else self.elements
        return predictions(self.network, sets, elements).mean(1)

    def _next(self) -> torch.Tensor:
        elements = self._drawn(*self.now, self.calls)
        self.calls += 1
        return elements.to(self.elements.device)

    def _drawn(self, *seeds: int) -> torch.Tensor:
        """`count` permutations of the points, independent and uniform over S_n: (count, points)."""
        return torch.from_numpy(symmetric(self.inputs.points).random(self.copies, np.random.default_rng(seeds)))


def impose(
    network: SetNetwork, inputs: SetType, *, count: PositiveInt = 8, draw: Literal["fixed", "fresh"] = "fresh"
) -> Sampled:
    """Average `network` over `count` random permutations; draw: the same ones always, or new ones at each step."""
    return Sampled(network, count, draw == "fresh")


def _exact(network: SetNetwork) -> tuple[SetGroup, bool]:
    """What is imposed, and whether it is exact: nothing, unless the network is S_n-invariant by itself."""
    inputs = network.inputs
    if network.strict and network.imposed.points == symmetric(inputs.points):
        return network.imposed, True
    return SetGroup(trivial(inputs.points), trivial(inputs.dimensions)), False
