"""relaxation: how far the relaxed weights of a layer, which a strict layer ties, have spread."""

from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.grids.context import GridContext
from equidyn.grids.layers import spreads

TITLE = "Relaxed weights"
QUANTITIES = (
    Quantity("total", "spread of relaxed weights", headline=True),
    Quantity("by_layer", "spread of relaxed weights", axis="layer"),
)


def measure(context: GridContext) -> dict[str, Any]:
    """Standard deviation of the relaxed weights over the group (or positions), over their root mean square.

    Between 0 (tied, as at the start) and 1 (their mean is 0); 0 for layers without relaxed weights.
    total: of all layers together; by_layer: a list.
    """
    return spreads(context.network.layers)
