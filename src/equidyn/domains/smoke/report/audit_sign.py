"""Audit: under the published sign of the vector action, equivariant networks impose a symmetry that flows lack."""

from equidyn.core.measures.quantities import Quantity
from equidyn.report.gather import StudyResults
from equidyn.report.sections.quantity import displayed
from equidyn.report.sections.quantity_values import given
from equidyn.report.sections.section import Section

TITLE = "Audit: the sign of the vector action"
_WORDS = (
    "The published rotation turns the picture one way and its vectors the other. On flows that were simulated, and "
    "not made by that same rotation, the two disagree by a factor of −1 at 90 and 270 degrees, so a network that is "
    "built on it imposes the wrong symmetry. Here the networks stay, and the data are mirrored instead (the vertical "
    "component changes its sign), which comes to the same: the set with the published sign fits the published action "
    "as badly as real flows do. Plain networks see two equally hard sets; what imposes symmetry pays for the wrong "
    "one."
)
_COST = Quantity("cost", "RMSE under the published sign, over that of the true action", headline=True)


def section(results: StudyResults) -> Section | None:
    """What the wrong sign costs per seed, on the held-out simulations where there is such a split."""
    actions = {getattr(entry, "vector_action", None): name for name, entry in results.settings.datasets.items()}
    splits = results.on_tests("error", "rmse")
    values = results.quantity("error", splits.get("domain", next(iter(splits.values()))))
    if not {"true", "published"} <= set(actions) or values.empty:
        return None
    parts = {action: values[values["dataset"] == actions[action]] for action in ("true", "published")}
    true = parts["true"].set_index(["variant", "seed"])["value"].rename("true")
    wrong = parts["published"].join(true, on=["variant", "seed"])
    cost = given(results, "error", _COST, wrong.assign(value=wrong["value"] / wrong["true"]))
    return Section(TITLE, [_WORDS], *displayed(results, f"{results.name}--audit-sign", "Cost of the sign", [cost]))
