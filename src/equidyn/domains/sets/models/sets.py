"""What every network on sets declares: what it reads, and the group under which it is invariant by construction."""

import torch

from equidyn.core.models.network import Network
from equidyn.symmetry.sets import SetGroup, SetType


class SetNetwork(Network):
    """A map of sets (batch, points, dimensions) to invariant numbers (batch, outputs.count).

    inputs: the type of the sets. imposed: the group under which the net is invariant by construction; trivial for plain
    nets, and for those that are invariant on average only. strict: whether that holds exactly, whatever the weights;
    False for the trivial group.
    """

    inputs: SetType
    imposed: SetGroup

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        raise TypeError(f"{type(self).__name__} must define forward()")
