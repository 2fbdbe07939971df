"""audit/permuted_features: what the project description calls augmentation.

It sorts random numbers along the last axis, so that not the points of a set change places but the d numbers within
each point, in an order of its own for every point; also where the network is tested; and the description puts it before
a network that no order of the points changes. So it augments by a symmetry that this network lacks, each answer is left
to chance, and the one symmetry that it had is lost. What augments by orders of the points is the option
`augment: permutations` of a variant (tasks/classify_sets/recipe.py).
"""

import numpy as np
import torch

from equidyn.domains.sets.impose.wrapper import Wrapper
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import trivial
from equidyn.symmetry.sets import SetGroup, SetType


class PermutedFeatures(Wrapper):
    """The network on sets whose points have their numbers in random orders, new at each step of training.

    In eval mode they are drawn as well, but the same at each call, so that a measure is the same twice.
    """

    def __init__(self, network: SetNetwork) -> None:
        inputs = network.inputs
        super().__init__(network, SetGroup(trivial(inputs.points), trivial(inputs.dimensions)), strict=False)
        self.now, self.calls = (0, 0), 0

    def begin(self, seed: int, epoch: int) -> None:
        """Draws are a function of (seed, epoch) and the number of calls since."""
        super().begin(seed, epoch)
        self.now, self.calls = (seed, epoch), 0

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        dice = np.random.default_rng((*self.now, self.calls) if self.training else 0)
        self.calls += self.training
        places = np.broadcast_to(np.arange(sets.shape[-1]), sets.shape)
        return self.network(sets.gather(-1, torch.from_numpy(dice.permuted(places, axis=-1)).to(sets.device)))


def impose(network: SetNetwork, inputs: SetType) -> PermutedFeatures:
    """Permute the numbers of each point before `network`."""
    return PermutedFeatures(network)
