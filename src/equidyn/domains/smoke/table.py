"""How datasets of smoke read as tables, for those who load them elsewhere (core/hub/columns.py)."""

from typing import Any

from equidyn.core.hub.columns import OURS, UNKNOWN, Column, Licence

_EACH = ("simulation",)
COLUMNS = {
    "velocity": Column(
        ("simulation", "time", "component", "y", "x"), "length/time", "(vx, vy) at the cells' centres; rows grow with y"
    ),
    "density": Column(("simulation", "time", "y", "x"), "inflow per step", "the smoke that rises"),
    "scene": Column(_EACH, "", "number of the independent scene; in the Rotation protocol, k of the simulation"),
    "direction": Column(
        _EACH,
        "",
        "counter-clockwise quarter turns of the inflow and the buoyancy; 0: smoke rises to larger y",
    ),
    "block": Column(_EACH, "", "block that the simulation is of"),
}
TASKS = ("time-series-forecasting",)


def licence(source: dict[str, Any], checks: dict[str, Any]) -> Licence:
    """What is simulated here is ours; what is read from a published archive is its authors'."""
    return OURS if source["kind"] in ("smoke", "rotation") else UNKNOWN


def interval(source: dict[str, Any]) -> float | None:
    """Time between two frames; an archive does not tell it."""
    return source.get("dt")
