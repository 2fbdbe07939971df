"""How the error grows along a rollout."""

import pandas as pd

from equidyn.reporting.figures.curves import Row, curves
from equidyn.reporting.figures.style import picture
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import VELOCITY_UNIT, level_labels
from equidyn.reporting.numbers import estimate_text
from equidyn.reporting.sections.section import Section, over_seeds_words
from equidyn.reporting.statistics import over_seeds
from equidyn.reporting.tables import Table

TITLE = "Error by rollout step"


def section(results: StudyResults) -> Section | None:
    """RMSE after each step of the test rollouts."""
    values = results.quantity("error", "rmse_by_step")
    if values.empty:
        return None
    frame = values.rename(columns={"index": "x", "value": "y"})
    still = results.quantity("error", "persistence_rmse_by_step").rename(columns={"index": "x", "value": "y"})
    still = still.groupby(["dataset", "x"], sort=False, as_index=False)["y"].mean()
    name, heads = f"{results.name}-steps", level_labels(results.settings)
    chart = curves([Row(frame, f"test RMSE\n[{VELOCITY_UNIT}]", baseline=still)], heads, "rollout step")
    alt = "Line charts of test RMSE against rollout step, one panel per level and one line per variant."
    shown = picture(name, "Test RMSE by rollout step: mean, and range over seeds as a band.", alt, chart)
    return Section(TITLE, [], [shown], [_table(results, name, values, heads)])


def _table(results: StudyResults, name: str, values: pd.DataFrame, heads: dict[str, str]) -> Table:
    summary = over_seeds(values, ("dataset", "variant", "index")).rename(columns={"index": "step"})
    texts = summary.assign(text=summary.apply(estimate_text, axis=1), level=summary["dataset"].map(heads))
    view = texts.groupby(["level", "variant", "step"], sort=False)["text"].first().unstack("step")
    view = view.reindex(texts.set_index(["level", "variant"]).index.unique()).reset_index()
    view.columns = [f"step {column}" if isinstance(column, int) else column for column in view.columns]
    return Table(name, f"Test RMSE by rollout step [{VELOCITY_UNIT}]. {over_seeds_words(results)}", summary, view)
