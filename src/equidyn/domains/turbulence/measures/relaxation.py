"""relaxation: how far relaxed weights over the 24 rotations have spread, and which of these they prefer."""

from typing import Any

import numpy as np
import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.turbulence.measures.stabiliser import stabiliser
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.grids.layers import relaxed_weights, spreads

TITLE = "Relaxed weights"
QUANTITIES = (
    Quantity("total", "spread of relaxed weights", headline=True),
    Quantity("by_layer", "spread of relaxed weights", axis="layer"),
    Quantity("weights", "relaxed weight", axis="rotation", optional=True),
    Quantity("change", "change under a rotation", axis="rotation", optional=True),
    Quantity("change_ratio", "change, keeping the axis / others", optional=True),
    Quantity("preferred", "preferred rotation", optional=True),
    Quantity("preferred_share", "share of the preferred rotation", "%", optional=True),
)


def measure(context: UpscaleContext) -> dict[str, Any]:
    """Spread of the relaxed weights, in all and by layer, as grids/layers.py defines it; and what they are.

    weights: of each rotation, in the order of groups.CUBE: |a| over its mean over the group, averaged over layers
    and banks; all 1 if tied. preferred: the rotation with the largest of them (the first of equal ones), a number from
    0; preferred_share: its part of their sum, 1/24 if tied, 1 if no other counts. change, change_ratio: which rotations
    the weights keep (stabiliser.py). All of these only for a network with relaxed weights, not all of them 0.
    """
    layers = list(context.network.layers)
    return spreads(layers) | _preference([weight for layer in layers for weight in relaxed_weights(layer)])


def _preference(relaxed: list[torch.Tensor]) -> dict[str, Any]:
    """relaxed: tensors (..., 24)."""
    sizes = torch.cat([weight.abs().flatten(0, -2) for weight in relaxed]) if relaxed else torch.zeros(0, 1)
    sizes = sizes[sizes.sum(1) != 0]
    if not len(sizes):
        return {}
    weights = (sizes / sizes.mean(1, keepdim=True)).mean(0)
    preferred = int(weights.argmax())
    return {
        "weights": weights.tolist(),
        "preferred": preferred,
        "preferred_share": (weights[preferred] / weights.sum()).item(),
        **stabiliser(np.array(weights.tolist())),
    }
