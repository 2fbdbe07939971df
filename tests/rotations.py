"""Small sets of the Rotation protocol for tests, and the published one."""

from typing import Any

from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.rotation import RotationData, RotationSource
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.rotation import make

SMALL = {
    "kind": "rotation",
    "resolution": 12,
    "size": 64.0,
    "dt": 1.0,
    "warmup": 1,
    "frames": 9,
    "inflow": {"distance": 10.0, "radius": 8.0},
    "simulations": 7,
    "buoyancy": 0.05,
    "domain": [[6, 1], [3, 2]],
    "unused": [[7, 2]],
    "split": {"by": "task", "train": [0, 4], "validation": [4, 6], "future": [6, 9], "domain": [0, 5]},
}
PUBLISHED = SMALL | {
    "resolution": 64,
    "frames": 310,
    "inflow": {"distance": 5.0, "radius": 5.0},
    "simulations": 36,
    "buoyancy": 0.01,
    "sides": [1.0, 1.0, 1.1, 1.0],
    "domain": [[6, 1], [14, 1], [15, 2], [10, 1], [18, 1], [20, 3], [24, 3], [13, 0], [21, 0], [5, 0]],
    "unused": [[32, 3]],
    "split": {"by": "task", "train": [0, 160], "validation": [160, 200], "future": [200, 250], "domain": [0, 100]},
}


def source(tree: dict[str, Any] = SMALL, **changes: Any) -> RotationSource:
    """The checked source."""
    return RotationSource.model_validate(tree | changes)


def made(settings: RotationSource, vector_action: str = "true") -> Fields:
    """The simulated set."""
    return make(settings, RotationData(vector_action=vector_action), "test/rotation", Clock({}, "test"))
