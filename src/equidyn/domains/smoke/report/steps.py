"""How the error grows along a rollout."""

import numpy as np
import pandas as pd

from equidyn.domains.smoke.report.rmse import split_quantities
from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.curves import Course, curves
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text
from equidyn.report.sections.section import Section, drawn, over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table

TITLE = "Error by rollout step"
_SHOWN = 7  # columns of the table, if there are more steps than that


def section(results: StudyResults) -> Section | None:
    """RMSE after each step of the test rollouts, on every test split."""
    splits = {
        split: values
        for split, quantity in split_quantities(results).items()
        if not (values := results.quantity("error", f"{quantity}_by_step")).empty
    }
    if not splits:
        return None
    courses = [_course(results, split, values) for split, values in splits.items()]
    name, heads = f"{results.name}-steps", level_labels(results.settings)
    alt = "Line charts of test RMSE against rollout step, one panel per dataset and one line per variant."
    chart = curves(courses, heads, "rollout step")
    shown = picture(name, "Test RMSE by rollout step: mean, and range over seeds as a band.", alt, chart)
    return Section(TITLE, [], [shown], [_table(results, split, values, heads) for split, values in splits.items()])


def _course(results: StudyResults, split: str, values: pd.DataFrame) -> Course:
    prefix = f"{split}." if split else ""
    still = results.quantity("error", f"{prefix}persistence_rmse_by_step").rename(columns={"index": "x", "value": "y"})
    still = still.groupby(["dataset", "x"], sort=False, as_index=False)["y"].mean()
    frame = drawn(results, values).rename(columns={"index": "x", "value": "y"})
    return Course(frame, f"test RMSE{', ' if split else ''}{split}\n[{VELOCITY_UNIT}]", baseline=still)


def _table(results: StudyResults, split: str, values: pd.DataFrame, heads: dict[str, str]) -> Table:
    summary = over_seeds(values, ("dataset", "variant", "index")).rename(columns={"index": "step"})
    shown = summary[summary["step"].isin(_chosen(int(summary["step"].max())))]
    texts = shown.assign(text=shown.apply(estimate_text, axis=1), level=shown["dataset"].map(heads))
    view = texts.groupby(["level", "variant", "step"], sort=False)["text"].first().unstack("step")
    view = view.reindex(texts.set_index(["level", "variant"]).index.unique()).reset_index()
    view.columns = [f"step {column}" if isinstance(column, int) else column for column in view.columns]
    where = f", test split {split}" if split else ""
    caption = f"Test RMSE by rollout step{where} [{VELOCITY_UNIT}]. {over_seeds_words(results)}"
    name = f"{results.name}-steps{'-' if split else ''}{split}"
    return Table(name, caption, summary, view.rename(columns={"level": "data"}))


def _chosen(steps: int) -> set[int]:
    """All steps, or some spread evenly, the first and the last among them."""
    return {round(step) for step in np.linspace(1, steps, min(steps, _SHOWN))}
