"""ends: the two ends of a training, the net as it is and the strict net nearest to it; shared by the domains."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from equidyn.core.measures.quantities import Quantity
from equidyn.grids.context import GridContext
from equidyn.grids.layers import distances


def quantities(label: str, unit: str) -> tuple[Quantity, ...]:
    """Those of `ends`; label, unit: of the domain's test error."""
    return (
        Quantity("trained", f"{label}, as trained", unit, "lower", headline=True),
        Quantity("projected", f"{label}, projected", unit, "lower", headline=True),
        Quantity("largest", "largest distance of a layer from strict kernels"),
    )


def ends(context: GridContext, error: Callable[[Any], float]) -> dict[str, float]:
    """error of the net as trained and with each kernel replaced by the nearest strict one.

    largest: the largest ||W - P(W)|| / ||W|| of a layer, as trained; 0 without layers.
    """
    projected = context.network.projected().eval()
    return {
        "trained": error(context),
        "projected": error(replace(context, network=projected)),
        "largest": max(distances(context.network.layers)["by_layer"], default=0.0),
    }
