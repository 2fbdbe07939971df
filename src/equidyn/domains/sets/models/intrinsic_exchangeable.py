"""intrinsic_exchangeable: every layer commutes with permutations of the points and of the dimensions, each on its own.

Hartford et al. 2018 (arXiv 1803.02879): a set is one channel of a points x dimensions array whose rows and columns are
exchangeable.
"""

import torch

from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.models.intrinsic import InvariantStack
from equidyn.symmetry.permutations import symmetric
from equidyn.symmetry.sets import Invariants, SetGroup, SetType


class InvariantArrayStack(InvariantStack):
    """The same stack on sets as arrays of one channel, with two permuted axes."""

    def arranged(self, sets: torch.Tensor) -> torch.Tensor:
        """(batch, points, dimensions) as (batch, 1, points, dimensions)."""
        return sets.unsqueeze(1)


def build(
    inputs: SetType,
    outputs: Invariants,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 3,
    averaging: bool = True,
) -> InvariantArrayStack:
    """`layers` layers of `hidden` channels; averaging: pool by means, or by sums if false."""
    imposed = SetGroup(symmetric(inputs.points), symmetric(inputs.dimensions))
    channels = [1, *[hidden] * layers, outputs.count]
    return InvariantArrayStack(inputs, imposed, channels, axes=2, averaging=averaging)
