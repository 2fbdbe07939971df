"""relaxation: how far the relaxed weights of a layer, which a strict layer ties, have spread."""

from typing import Any, Protocol, runtime_checkable

import torch

from equidyn.measures.layers import shares
from equidyn.measures.subjects.rollout import RolloutSubject


@runtime_checkable
class Relaxed(Protocol):
    """A layer with relaxed weights."""

    def relaxed_weights(self) -> list[torch.Tensor]:
        """Its relaxed weights in any number of tensors; a strict layer would tie the numbers along the last axis.

        That axis is the group in a relaxed group convolution, and the positions of a kernel in a steerable one.
        """


def measure(subject: RolloutSubject) -> dict[str, Any]:
    """Standard deviation of the relaxed weights over the group (or positions), over their root mean square.

    Between 0 (tied, as at the start) and 1 (their mean is 0); 0 for layers without relaxed weights.
    total: of all layers together; by_layer: a list.
    """
    return shares([_spread_and_size(layer) for layer in subject.network.layers])


def _spread_and_size(layer: torch.nn.Module) -> tuple[float, float]:
    """Sums of the squared deviations from the mean over the last axis, and of the squares, in float64."""
    weights = layer.relaxed_weights() if isinstance(layer, Relaxed) else []
    tied = [weight.detach().double() for weight in weights]
    spread = sum((weight - weight.mean(-1, keepdim=True)).square().sum().item() for weight in tied)
    return spread, sum(weight.square().sum().item() for weight in tied)
