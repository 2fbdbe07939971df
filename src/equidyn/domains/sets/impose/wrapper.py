"""What every way of imposing symmetry shares: a network around a network."""

from copy import copy
from typing import Self

import torch

from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.sets import SetGroup


class Wrapper(SetNetwork):
    """Hands on to `network` what training asks of it. copies: how often it is evaluated for each set."""

    copies: int = 1

    def __init__(self, network: SetNetwork, imposed: SetGroup, strict: bool) -> None:
        super().__init__()
        self.network, self.inputs = network, network.inputs
        self.imposed, self.strict = imposed, strict and imposed.order > 1

    @property
    def anneals(self) -> bool:
        """As of the network."""
        return self.network.anneals

    def begin(self, seed: int, epoch: int) -> None:
        """As of the network."""
        self.network.begin(seed, epoch)

    def relaxation(self, done: float) -> float:
        """As of the network."""
        return self.network.relaxation(done)

    def own_parameters(self) -> list[torch.nn.Parameter]:
        """As of the network."""
        return self.network.own_parameters()

    def stepped(self, rate: float, length: float) -> None:
        """As of the network."""
        self.network.stepped(rate, length)

    def relax(self, share: float) -> None:
        """As of the network."""
        self.network.relax(share)

    def deployed(self) -> Self:
        """The same around the deployed network."""
        network = self.network.deployed()
        if network is self.network:
            return self
        around = copy(self)
        around._modules = self._modules | {"network": network}
        return around

    def penalty(self) -> torch.Tensor | float:
        """As of the network."""
        return self.network.penalty()

    def multiply_adds(self) -> int:
        """Of all copies."""
        return self.copies * self.network.multiply_adds()


def predictions(network: SetNetwork, sets: torch.Tensor, elements: torch.Tensor) -> torch.Tensor:
    """The network's outputs on the sets with their points permuted, by one gather and one super-batch.

    sets: (batch, points, dimensions); elements: (element, points); result: (batch, element, outputs.count).
    """
    copies = sets.index_select(1, elements.flatten()).view(-1, *sets.shape[1:])
    return network(copies).unflatten(0, (len(sets), len(elements)))
