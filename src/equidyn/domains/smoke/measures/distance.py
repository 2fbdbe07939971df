"""distance: how far each layer's kernel is from the strict kernels between the same fields."""

from typing import Any

import numpy as np
import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.smoke.models.stack import FilterLayer
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.grids.layers import shares
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import reynolds

TITLE = "Distance from strict kernels"
QUANTITIES = (
    Quantity("total", "distance from strict kernels", headline=True),
    Quantity("by_layer", "distance from strict kernels", axis="layer"),
)


def measure(context: RolloutContext) -> dict[str, Any]:
    """||W - P(W)|| / ||W|| of the expanded kernels, P the Reynolds projection: 0 for strict layers, at most 1.

    total: of all layers together; by_layer: a list. Biases and norms are left out. P is that of the layer's own fields.
    The hidden channels of a plain net are scalar fields, on which C4 acts trivially, so there it says how far each
    slice of a kernel is from its mean over the four turns. That is one way of being equivariant out of many: a plain
    net may also permute its channels, which is counted as breaking here.
    """
    return shares([_broken_and_whole(layer) for layer in context.network.layers])


def _broken_and_whole(layer: FilterLayer) -> tuple[float, float]:
    """||W - P(W)||^2 and ||W||^2, in float64."""
    with torch.no_grad():
        kernel = layer.filter()[0].double()
    fields = (layer.outputs.multiplicity, layer.outputs.dimension, layer.inputs.multiplicity, layer.inputs.dimension)
    # (output field, input field, output component, input component and pixel), as the action wants it
    pairs = kernel.reshape(*fields, -1).permute(0, 2, 1, 3, 4).flatten(3).cpu().numpy()
    strict = reynolds(pairs, layer.outputs.action, layer.inputs.action @ grid_action(C4, kernel.shape[-1]))
    return float(np.square(pairs - strict).sum()), float(np.square(pairs).sum())
