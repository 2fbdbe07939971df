"""What every network on sets declares: what it reads, and the group under which it is invariant by construction."""

from dataclasses import replace

import torch

from equidyn.core.models.network import Network
from equidyn.symmetry.sets import SetGroup, SetType


class SetNetwork(Network):
    """A map of sets (batch, points, dimensions) to invariant numbers (batch, outputs.count).

    inputs: the type of the sets. imposed: the group under which the net is invariant by construction; trivial for plain
    nets, and for those that are invariant on average only. strict: whether that holds exactly, whatever the weights;
    False for the trivial group. drops: whether training leaves out numbers at random, so that no two orders of a set
    are treated alike then.
    """

    inputs: SetType
    imposed: SetGroup
    drops: bool = False

    @property
    def imposed_inputs(self) -> SetType:
        """The sets under the group that is imposed; under all orders of the points, if none is."""
        return replace(self.inputs, group=self.imposed) if self.imposed.order > 1 else self.inputs

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        raise TypeError(f"{type(self).__name__} must define forward()")
