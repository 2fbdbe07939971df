"""How datasets of turbulence read as tables, for those who load them elsewhere (core/hub/columns.py)."""

from typing import Any

from equidyn.core.hub.columns import OURS, UNKNOWN, Column, Licence

COLUMNS = {
    "coarse": Column(
        ("sample", "frame", "component", "z", "y", "x"),
        "length/time",
        "(vx, vy, vz) on the coarse grid; the middle frame is at the time of the fine one",
    ),
    "fine": Column(
        ("sample", "component", "z", "y", "x"), "length/time", "(vx, vy, vz) on the fine grid, at the voxels' centres"
    ),
    "simulation": Column(("sample",), "", "number of the independent simulation"),
}
TASKS = ("other",)  # the Hub has no name for the super-resolution of fields


def licence(source: dict[str, Any], checks: dict[str, Any]) -> Licence:
    """What is simulated here is ours."""
    return OURS if source["kind"] == "turbulence" else UNKNOWN
