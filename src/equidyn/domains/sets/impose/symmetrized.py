"""symmetrized: the mean of the network's outputs over all elements of a group, the Reynolds operator on functions.

Exactly invariant under that group, and under no larger one: the mean over cyclic shifts is not S_n-invariant.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal

import torch
from torch import nn

from equidyn.core.errors import EquidynError
from equidyn.core.params.types import Generators, PositiveInt
from equidyn.domains.sets.impose.wrapper import Wrapper, predictions
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import MOST_ELEMENTS, PermutationGroup, cyclic, generated, symmetric, trivial
from equidyn.symmetry.sets import SetGroup, SetType

# Numbers in the sets that go through the network together on a CPU: what lies between two layers of a small net then
# stays in the processor's cache. 2^15 to 2^17 are fastest [measured]; all at once takes up to twice as long.
CACHED = 2**16


class Symmetrized(Wrapper):
    """Mean over a group, in super-batches of at most `chunk` sets.

    Where that takes several, training keeps the graph of none of them but makes each again on its way back, so that the
    chunk bounds the memory; in the backward pass the network is then evaluated once more. torch.func.grad cannot do
    that (its jvp can), so there the chunk must hold all. elements: (order, points).
    """

    def __init__(self, network: SetNetwork, group: PermutationGroup, chunk: int) -> None:
        imposed = SetGroup(group, trivial(network.inputs.dimensions))
        super().__init__(network, imposed, strict=not network.drops)
        self.chunk, self.copies = chunk, group.order
        self.register_buffer("elements", torch.from_numpy(group.elements()), persistent=False)

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        summed = _Sum(self.network)
        if torch.is_grad_enabled() and len(sets) * self.copies > self.chunk:
            summed = partial(_made_again, summed)
        return torch.cat([self._mean(summed, part) for part in sets.split(self.chunk)])

    def _mean(self, summed: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], sets: torch.Tensor) -> torch.Tensor:
        parts = self.elements.split(max(1, self.chunk // max(1, len(sets))))
        return sum(summed(sets, part) for part in parts) / self.copies


class _Sum(nn.Module):
    """Sum of a network's outputs on the sets (batch, points, dimensions) in several orders (element, points)."""

    def __init__(self, network: SetNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, sets: torch.Tensor, elements: torch.Tensor) -> torch.Tensor:
        together = max(1, CACHED // max(1, sets.numel())) if sets.device.type == "cpu" else len(elements)
        return sum(predictions(self.network, sets, part).sum(1) for part in elements.split(together))


def _made_again(module: nn.Module, *inputs: torch.Tensor) -> torch.Tensor:
    """What the module answers, whose graph is made in the backward pass only.

    Measures lend a network other weights, and take them back before that: so those of now are held fast.
    """
    from torch.func import functional_call
    from torch.utils.checkpoint import checkpoint

    again = partial(functional_call, module, dict(module.named_parameters()))
    return checkpoint(again, inputs, use_reentrant=False)  # with the same random numbers


def impose(
    network: SetNetwork,
    inputs: SetType,
    *,
    group: Literal["cyclic", "symmetric", "generated"] = "cyclic",
    generators: Generators = [],  # noqa: B006  (read as an option of params.yaml, never changed)
    chunk: PositiveInt = 32768,
) -> Symmetrized:
    """Average `network` over a group of permutations of the points.

    group: all cyclic shifts, all permutations, or the products of `generators`. chunk: sets whose graph is kept at the
    same time. Raises EquidynError for a group that is too large, or that does not permute the points of these sets.
    """
    found = _group(group, generators, inputs.points)
    if found.degree != inputs.points:
        raise EquidynError(f"symmetrized: {found.name} permutes {found.degree} points; the sets have {inputs.points}")
    if found.order > MOST_ELEMENTS:
        raise EquidynError(
            f"symmetrized: {found.name} has {found.order:,} elements, and at most {MOST_ELEMENTS:,} are averaged over; "
            "take a smaller group, or impose by sampled"
        )
    return Symmetrized(network, found, chunk)


def _group(group: str, generators: Generators, points: int) -> PermutationGroup:
    if group == "cyclic":
        return cyclic(points)
    if group == "symmetric":
        return symmetric(points)
    try:
        return generated(generators)
    except ValueError as fault:
        raise EquidynError(f"symmetrized: generators: {fault}") from None
