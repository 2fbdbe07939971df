"""attention: how a network weights the four turns of what it has found in an image."""

import math
from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext

BINS = 20  # of the histogram of entropies

QUANTITIES = (
    Quantity("entropy", "entropy", "nats", headline=True),
    Quantity("concentration", "concentration"),
    Quantity("largest", "largest weight"),
    Quantity("variation", "variation over images"),
    Quantity("mean", "mean weight", axis="turn"),
    Quantity("entropy_at", "entropy [nats]", axis="entropy_at", detail=True),
    Quantity("entropy_share", "share of the images", axis="entropy_at", detail=True),
)


def measure(context: ReconstructContext) -> dict[str, Any]:
    """How far the weights over the orbit are from uniform, and how far they differ between test images.

    entropy: mean over images [nats], log 4 for uniform weights; concentration: 1 - entropy / log 4. largest: mean of
    the largest weight, from 1/4 to 1. variation: root mean square over images and turns of weight - its mean over
    images, which is 0 if all images are weighted alike. mean: of each weight. entropy_at, entropy_share: middles of
    equal bins of entropy from 0 to log 4 [nats], and the share of images in each.
    Empty for networks without attention.
    """
    weights = context.attention()
    if weights is None:
        return {}
    entropies = torch.special.entr(weights).sum(1)
    most = math.log(weights.shape[1])
    return {
        "entropy": entropies.mean().item(),
        "concentration": 1 - entropies.mean().item() / most,
        "largest": weights.amax(1).mean().item(),
        "variation": (weights - weights.mean(0)).square().mean().sqrt().item(),
        "mean": weights.mean(0).tolist(),
    } | _histogram(entropies, most)


def _histogram(entropies: torch.Tensor, most: float) -> dict[str, list[float]]:
    bins = (entropies / most * BINS).long().clamp(0, BINS - 1)  # round-off may lie above the bound
    counts = torch.bincount(bins, minlength=BINS).double()
    return {
        "entropy_at": [(index + 0.5) * most / BINS for index in range(BINS)],
        "entropy_share": (counts / len(entropies)).tolist(),
    }
