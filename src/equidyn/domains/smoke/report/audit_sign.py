"""Audit: under the published sign of the vector action, equivariant networks impose a symmetry that flows lack."""

import pandas as pd

from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.dots import Series, dots
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import over_seeds

TITLE = "Audit: the sign of the vector action"
_WORDS = (
    "The published rotation turns the picture one way and its vectors the other. On flows that were simulated, and "
    "not made by that same rotation, the two disagree by a factor of −1 at 90 and 270 degrees, so a network that is "
    "built on it imposes the wrong symmetry. Here the networks stay, and the data are mirrored instead (the vertical "
    "component changes its sign), which comes to the same: the set with the published sign fits the published action "
    "as badly as real flows do. Plain networks see two equally hard sets; what imposes symmetry pays for the wrong "
    "one."
)


def section(results: StudyResults) -> Section | None:
    """Test RMSE of the same variants on both sets, on the held-out simulations where there is such a split."""
    actions = {name: getattr(entry, "vector_action", None) for name, entry in results.settings.datasets.items()}
    if not {"true", "published"} <= set(actions.values()):
        return None
    split = "domain" if "domain" in results.tests else ""
    values = results.quantity("error", f"{split}.rmse" if split else "rmse")
    chosen = values[values["dataset"].isin([name for name, action in actions.items() if action])]
    if chosen.empty:
        return None
    heads, place = level_labels(results.settings), f"split {split}" if split else "test split"
    parts = {heads[name]: chosen[chosen["dataset"] == name] for name, action in actions.items() if action}
    series = [Series(label, over_seeds(part).assign(dataset=place)) for label, part in parts.items()]
    name = f"{results.name}-audit-sign"
    chart = dots(series, {place: place}, results.variants, f"test RMSE [{VELOCITY_UNIT}]")
    caption = "Test RMSE of the same variants under both signs; bars are 95 % intervals over seeds."
    alt = "Dots, one row per variant: test RMSE on data under the true action and under the published sign."
    told = f"Test RMSE, {place} [{VELOCITY_UNIT}], and what the wrong sign costs per seed. {over_seeds_words(results)}"
    table = case_table(
        results, name, told, [Column("test RMSE", f"error.{split}.rmse", chosen), _cost(chosen, actions)]
    )
    return Section(TITLE, [_WORDS, *diverged_words(results)], [picture(name, caption, alt, chart)], [table])


def _cost(values: pd.DataFrame, actions: dict[str, str | None]) -> Column:
    """RMSE under the published sign over that under the true action, of the same seed; shown with the published set."""
    frame = values.assign(action=values["dataset"].map(actions))
    true = frame[frame["action"] == "true"].set_index(["variant", "seed"])["value"].rename("true")
    wrong = frame[frame["action"] == "published"].join(true, on=["variant", "seed"])
    return Column("times that of the true action", "cost", wrong.assign(value=wrong["value"] / wrong["true"]))
