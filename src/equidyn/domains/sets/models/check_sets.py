"""How far a network on sets is from being invariant under the group that it imposes."""

import numpy as np
import torch

from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType, moved

RANDOM = 8  # random elements beside the generators


def group(network: SetNetwork, inputs: SetType) -> str:
    """The imposed group, or S_n for nets that impose none."""
    return _group(network, inputs).name


def errors(network: SetNetwork, inputs: SetType, outputs: Invariants, dtype: torch.dtype) -> dict[str, float]:
    """Size of the sets, in words -> max_g ||f(g x) - f(x)|| / ||f(x)||.

    g: every generator of the group, which is enough for exact invariance, and some random elements.
    """
    sets, chosen = noise(inputs, dtype), _group(network, inputs)
    moves = chosen.generators() + chosen.random(RANDOM, np.random.default_rng(0))
    with torch.no_grad():
        answer = network(sets)
        gaps = [network(moved(sets, move)) - answer for move in moves]
    return {f"{inputs.points} x {inputs.dimensions}": max((gap.norm() / answer.norm()).item() for gap in gaps)}


def noise(inputs: SetType, dtype: torch.dtype) -> torch.Tensor:
    """Random sets, the same at each call."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(16, inputs.points, inputs.dimensions, generator=generator, dtype=dtype)


def _group(network: SetNetwork, inputs: SetType) -> SetGroup:
    if network.imposed.order > 1:
        return network.imposed
    return SetGroup(symmetric(inputs.points), trivial(inputs.dimensions))
