"""relaxation: how far the relaxed weights of a layer, which a strict layer ties, have spread."""

from typing import Any

from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.grids.layers import spreads


def measure(context: RolloutContext) -> dict[str, Any]:
    """Standard deviation of the relaxed weights over the group (or positions), over their root mean square.

    Between 0 (tied, as at the start) and 1 (their mean is 0); 0 for layers without relaxed weights.
    total: of all layers together; by_layer: a list.
    """
    return spreads(context.network.layers)
