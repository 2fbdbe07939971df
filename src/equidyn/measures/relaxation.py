"""relaxation: how far the relaxed weights of a layer, which a strict layer ties, have spread."""

from typing import Any

from equidyn.measures.layers import spreads
from equidyn.measures.subjects.rollout import RolloutSubject


def measure(subject: RolloutSubject) -> dict[str, Any]:
    """Standard deviation of the relaxed weights over the group (or positions), over their root mean square.

    Between 0 (tied, as at the start) and 1 (their mean is 0); 0 for layers without relaxed weights.
    total: of all layers together; by_layer: a list.
    """
    return spreads(subject.network.layers)
