"""How wrong the rollouts are: RMSE by variant and level, beside the forecast that nothing changes."""

import pandas as pd

from equidyn.reporting.figures.levels import Baseline, by_level
from equidyn.reporting.figures.style import picture
from equidyn.reporting.gather import StudyResults
from equidyn.reporting.labels import VELOCITY_UNIT, level_labels
from equidyn.reporting.numbers import estimate_text, number
from equidyn.reporting.ranking import findings
from equidyn.reporting.sections.section import Section, diverged_words, over_seeds_words
from equidyn.reporting.statistics import over_seeds
from equidyn.reporting.tables import Table, wide

TITLE = "Test error"


def section(results: StudyResults) -> Section | None:
    """RMSE at the best checkpoint."""
    values = results.quantity("error", "rmse")
    if values.empty:
        return None
    summary, heads = over_seeds(values), level_labels(results.settings)
    baseline = _persistence(results)
    name = f"{results.name}-rmse"
    caption = (
        f"Test RMSE of rollouts over all steps, in units of the data's {VELOCITY_UNIT}. {over_seeds_words(results)}"
    )
    alt = "Line chart of test RMSE against the data's level of symmetry breaking, one line per variant."
    chart = by_level(summary, heads, f"test RMSE [{VELOCITY_UNIT}]", baseline)
    words = "Persistence is the forecast that the last frame stays; a network that is not below it is of no use as one."
    return Section(
        TITLE,
        [words, *diverged_words(results)],
        [picture(name, "Test RMSE by variant and level; bars are 95 % intervals over seeds.", alt, chart)],
        [_table(name, caption, summary, heads, baseline)],
        finding=findings(summary, heads, "test RMSE"),
    )


def _persistence(results: StudyResults) -> Baseline | None:
    values = results.quantity("error", "persistence_rmse")
    if values.empty:
        return None
    return Baseline("persistence", values.groupby("dataset", sort=False)["value"].mean().to_dict())


def _table(name: str, caption: str, summary: pd.DataFrame, heads: dict[str, str], baseline: Baseline | None) -> Table:
    view = wide(summary, summary.apply(estimate_text, axis=1), heads)
    data = summary
    if baseline:
        view.loc[len(view)] = [baseline.label, *(number(baseline.values[dataset]) for dataset in heads)]
        data = pd.concat([summary, _baseline_rows(baseline)], ignore_index=True)
    return Table(name, caption, data, view)


def _baseline_rows(baseline: Baseline) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"dataset": dataset, "variant": baseline.label, "n": 1, "seeds": 1, "diverged": 0, "mean": value}
            for dataset, value in baseline.values.items()
        ]
    )
