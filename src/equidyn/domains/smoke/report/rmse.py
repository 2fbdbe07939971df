"""How wrong the rollouts are: RMSE by variant and dataset, beside the forecast that nothing changes."""

import pandas as pd

from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.levels import Baseline, Chart, by_level
from equidyn.report.figures.style import picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text, listed, number
from equidyn.report.ranking import findings
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words, places
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table, wide

TITLE = "Test error"


def section(results: StudyResults) -> Section | None:
    """RMSE at the best checkpoint, on every test split."""
    splits = {split: quantity for split, quantity in split_quantities(results).items() if _known(results, quantity)}
    if not splits:
        return None
    heads = level_labels(results.settings)
    summaries = {split: over_seeds(results.quantity("error", quantity)) for split, quantity in splits.items()}
    still = {split: _persistence(results, quantity) for split, quantity in splits.items()}
    charts = [
        Chart(drawn(results, summary), f"test RMSE{_of(split)}\n[{VELOCITY_UNIT}]", still[split])
        for split, summary in summaries.items()
    ]
    name = f"{results.name}-rmse"
    alt = "Chart of test RMSE by dataset, one line or mark per variant."
    words = "Persistence is the forecast that the last frame stays; a network that is not below it is of no use as one."
    caption = f"Test RMSE by variant{_splits_words(splits)}; bars are 95 % intervals over seeds."
    return Section(
        TITLE,
        [words, *_first_words(splits), *diverged_words(results)],
        [picture(name, caption, alt, by_level(charts, places(results)))],
        [_table(results, split, summaries[split], heads, still[split]) for split in splits],
        finding=[
            sentence
            for split, quantity in splits.items()
            for sentence in findings(results.quantity("error", quantity), heads, f"test RMSE{_of(split)}")
        ],
    )


def split_quantities(results: StudyResults) -> dict[str, str]:
    """Test split -> name of its RMSE; "" for the only one."""
    tests = results.tests
    return {"": "rmse"} if len(tests) == 1 else {split: f"{split}.rmse" for split in tests}


def _known(results: StudyResults, quantity: str) -> bool:
    return not results.quantity("error", quantity).empty


def _first_words(splits: dict[str, str]) -> list[str]:
    first = next(iter(splits))
    return [f"Measures that look at test data are otherwise taken on the split {first}."] if len(splits) > 1 else []


def _of(split: str) -> str:
    return f", {split}" if split else ""


def _splits_words(splits: dict[str, str]) -> str:
    return f" on the test splits {listed(list(splits))}" if len(splits) > 1 else ""


def _persistence(results: StudyResults, quantity: str) -> Baseline | None:
    values = results.quantity("error", quantity.removesuffix("rmse") + "persistence_rmse")
    if values.empty:
        return None
    return Baseline("persistence", values.groupby("dataset", sort=False)["value"].mean().to_dict())


def _table(
    results: StudyResults, split: str, summary: pd.DataFrame, heads: dict[str, str], baseline: Baseline | None
) -> Table:
    view = wide(summary, summary.apply(estimate_text, axis=1), heads)
    data = summary
    if baseline:
        view.loc[len(view)] = [baseline.label, *(number(baseline.values[dataset]) for dataset in heads)]
        data = pd.concat([summary, _baseline_rows(baseline)], ignore_index=True)
    where = f", test split {split}" if split else ""
    caption = (
        f"Test RMSE of rollouts over all steps{where}, in units of the data's {VELOCITY_UNIT}. "
        f"{over_seeds_words(results)}"
    )
    return Table(f"{results.name}-rmse{'-' if split else ''}{split}", caption, data, view)


def _baseline_rows(baseline: Baseline) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"dataset": dataset, "variant": baseline.label, "n": 1, "seeds": 1, "diverged": 0, "mean": value}
            for dataset, value in baseline.values.items()
        ]
    )
