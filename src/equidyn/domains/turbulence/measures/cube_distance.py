"""cube_distance: how far each layer's kernels are from strict ones, under the 24 rotations of the cube."""

from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.grids.layers import distances

TITLE = "Distance from strict kernels"
QUANTITIES = (
    Quantity("total", "distance from strict kernels", headline=True),
    Quantity("by_layer", "distance from strict kernels", axis="layer"),
)


def measure(context: UpscaleContext) -> dict[str, Any]:
    """||W - P(W)|| / ||W|| of the expanded kernels, P the Reynolds projection: 0 for strict layers, at most 1.

    total: of all layers together; by_layer: a list. Biases and norms are left out. P is that of the layer's own fields:
    the hidden channels of a plain net are scalar fields. A separable layer is a product of two maps, and squares are
    summed over both, as they are over layers.
    """
    return distances(context.network.layers)
