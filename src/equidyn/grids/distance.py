"""distance: how far each layer's kernel is from the strict kernels between the same fields."""

from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.grids.context import GridContext
from equidyn.grids.layers import distances

TITLE = "Distance from strict kernels"
QUANTITIES = (
    Quantity("total", "distance from strict kernels", headline=True),
    Quantity("by_layer", "distance from strict kernels", axis="layer"),
)


def measure(context: GridContext) -> dict[str, Any]:
    """||W - P(W)|| / ||W|| of the expanded kernels, P the Reynolds projection: 0 for strict layers, at most 1.

    total: of all layers together; by_layer: a list. Biases and norms are left out. P is that of the layer's own fields.
    The hidden channels of a plain net are scalar fields, on which the group acts trivially, so there it says how far
    each slice of a kernel is from its mean over the group. A separable layer is a product of two maps, and squares are
    summed over both, as they are over layers. That is one way of being equivariant out of many: a plain
    net may also permute its channels, which is counted as breaking here.
    """
    return distances(context.network.layers)
