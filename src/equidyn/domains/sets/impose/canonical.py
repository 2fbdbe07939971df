"""canonical: every set is brought into one order before the network sees it, so its order cannot matter.

The order is lexicographic: by the first number of a point, then the second, and so on. The key is the whole point, so
two points tie only if they are equal, and then it makes no difference which comes first. The map is exactly
S_n-invariant, but not continuous where two points exchange their places (Dym, Lawrence, Siegel 2024, arXiv 2402.16077).
"""

import torch

from equidyn.domains.sets.impose.wrapper import Wrapper
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import SetGroup, SetType


class Canonical(Wrapper):
    """The network on sorted sets."""

    def __init__(self, network: SetNetwork) -> None:
        group = SetGroup(symmetric(network.inputs.points), trivial(network.inputs.dimensions))
        super().__init__(network, group, strict=True)

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        return self.network(lexicographic(sets))


def lexicographic(sets: torch.Tensor) -> torch.Tensor:
    """The sets with their points in lexicographic order, (batch, points, dimensions).

    -0.0 becomes 0.0: the two compare equal, so that their order, and with it a sign, would be that of the input.
    """
    sets = sets + 0.0
    return sets.gather(1, _order(sets.detach())[..., None].expand_as(sets))


def _order(keys: torch.Tensor) -> torch.Tensor:
    """Which point comes at each place: (batch, points).

    Seldom do two points of a set have their first number in common. If some do, all sets are sorted by every number,
    from the last to the first: each sort is stable, so points that are equal in one stay as the later ones have them.
    The question whether some do makes this four times as fast, but torch.vmap cannot ask it.
    """
    first, order = keys[..., 0].sort(dim=1)
    if (first[:, 1:] != first[:, :-1]).all():
        return order
    order = keys[..., -1].argsort(dim=1, stable=True)
    for key in reversed(keys.unbind(-1)[:-1]):
        order = order.gather(1, key.gather(1, order).argsort(dim=1, stable=True))
    return order


def impose(network: SetNetwork, inputs: SetType) -> Canonical:
    """Sort the points of each set before `network`."""
    return Canonical(network)
