"""What measures of single layers have in common: how a part compares with the whole, by layer and in all."""

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

import torch


@runtime_checkable
class Relaxed(Protocol):
    """A layer with relaxed weights."""

    def relaxed_weights(self) -> list[torch.Tensor]:
        """Its relaxed weights in any number of tensors; a strict layer would tie the numbers along the last axis.

        That axis is the group in a relaxed group convolution, and the positions of a kernel in a steerable one.
        """


def relaxed_weights(layer: torch.nn.Module) -> list[torch.Tensor]:
    """The relaxed weights of a layer in float64; none of a layer that has none."""
    weights = layer.relaxed_weights() if isinstance(layer, Relaxed) else []
    return [weight.detach().double() for weight in weights]


def spreads(layers: Iterable[torch.nn.Module]) -> dict[str, Any]:
    """Standard deviation of the relaxed weights of layers over their last axis, over their root mean square.

    Between 0 (tied, as at the start) and 1 (their mean is 0); 0 for layers without relaxed weights. As of `shares`.
    """
    return shares([_spread_and_size(relaxed_weights(layer)) for layer in layers])


def _spread_and_size(weights: list[torch.Tensor]) -> tuple[float, float]:
    """Sums of the squared deviations from the mean over the last axis, and of the squares."""
    spread = sum((weight - weight.mean(-1, keepdim=True)).square().sum().item() for weight in weights)
    return spread, sum(weight.square().sum().item() for weight in weights)


def shares(parts: list[tuple[float, float]]) -> dict[str, Any]:
    """From (part, whole), sums of squares of each layer: the roots of part / whole; 0 for a whole of 0.

    by_layer: of each layer; total: of the parts and wholes summed over layers, 0 if there are none.
    """
    part, whole = (sum(one[place] for one in parts) for place in (0, 1))
    return {"total": _root_share(part, whole), "by_layer": [_root_share(*one) for one in parts]}


def _root_share(part: float, whole: float) -> float:
    return 0.0 if whole == 0 else (part / whole) ** 0.5
