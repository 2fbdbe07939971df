"""cube_distance: how far each layer's kernels are from strict ones, under the 24 rotations of the cube."""

from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.domains.turbulence.models.volume_layers import VolumeLayer
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.grids.layers import shares

TITLE = "Distance from strict kernels"
QUANTITIES = (
    Quantity("total", "distance from strict kernels", headline=True),
    Quantity("by_layer", "distance from strict kernels", axis="layer"),
)


def measure(context: UpscaleContext) -> dict[str, Any]:
    """||W - P(W)|| / ||W|| of the expanded kernels, P the Reynolds projection: 0 for strict layers, at most 1.

    total: of all layers together; by_layer: a list. Biases and norms are left out. P is that of the layer's own fields:
    the hidden channels of a plain net are scalar fields, as in domains/smoke/measures/distance.py. A separable layer is a product of
    two maps, and squares are summed over both, as they are over layers.
    """
    return shares([_broken_and_whole(layer) for layer in context.network.layers])


def _broken_and_whole(layer: VolumeLayer) -> tuple[float, float]:
    """||W - P(W)||^2 and ||W||^2, summed over the layer's factors."""
    factors = layer.strict_parts()
    broken = sum((kernel - strict).square().sum().item() for kernel, strict in factors)
    return broken, sum(kernel.square().sum().item() for kernel, _ in factors)
