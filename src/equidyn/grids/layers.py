"""What measures of single layers have in common: how a part compares with the whole, by layer and in all."""

from collections.abc import Iterable
from typing import Any

import torch

from equidyn.grids.conv import Layer


def relaxed_weights(layer: Layer) -> list[torch.Tensor]:
    """The relaxed weights of a layer in float64; none of a layer that has none.

    A strict layer would tie the numbers along the last axis: the group in a relaxed group convolution, and the
    positions of a kernel in a steerable one.
    """
    return [weight.detach().double() for weight in layer.relaxed_weights()]


def spreads(layers: Iterable[Layer]) -> dict[str, Any]:
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


def distances(layers: Iterable[Layer]) -> dict[str, Any]:
    """||W - P(W)|| / ||W|| of the kernels of layers, P the Reynolds projection: 0 for strict ones, at most 1.

    Squares are summed over the factors of a layer. As of `shares`.
    """
    return shares([_broken_and_whole(layer) for layer in layers])


def _broken_and_whole(layer: Layer) -> tuple[float, float]:
    """||W - P(W)||^2 and ||W||^2, summed over the layer's factors."""
    factors = layer.strict_parts()
    broken = sum((kernel - strict).square().sum().item() for kernel, strict in factors)
    return broken, sum(kernel.square().sum().item() for kernel, _ in factors)


def _root_share(part: float, whole: float) -> float:
    return 0.0 if whole == 0 else (part / whole) ** 0.5
