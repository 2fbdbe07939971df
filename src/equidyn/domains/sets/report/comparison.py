"""The table that compares classifiers of sets: one row per variant, and below them what rules of thumb reach."""

from collections.abc import Callable

import pandas as pd

from equidyn.domains.sets.report.invariance import GROUPS, errors_under
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text, number
from equidyn.report.sections.cases import Column
from equidyn.report.sections.section import over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table
from equidyn.report.wording import LOSS_UNIT

BAYES = {"bayes": "Bayes rule, exact: no rule is better", "bayes_here": "Bayes rule, on these test sets"}
_LIMITS = BAYES | {"threshold": "threshold on the sum of squares, as learnt"}


def comparison(results: StudyResults) -> Table:
    """Accuracy, loss, invariance errors, size, arithmetic and epochs of each variant; and the limits' accuracy."""
    columns = [
        *_by_dataset(results, "accuracy", "accuracy.accuracy", results.quantity("accuracy", "accuracy")),
        *_by_dataset(results, f"loss [{LOSS_UNIT}]", "accuracy.loss", results.quantity("accuracy", "loss")),
    ]
    ends = [
        *_by_dataset(results, "epochs", "epochs", _of_runs(results, "epochs")),
        *_by_dataset(results, "best epoch", "best_epoch", _of_runs(results, "best_epoch")),
    ]
    texts = {column.head: _texts(column) for column in columns} | _largest(results) | _counts(results)
    texts |= {column.head: _ranges(column) for column in ends}
    rows = [[name, *(found.get(name, "–") for found in texts.values())] for name in results.variants]
    view = pd.DataFrame([*rows, *_limit_rows(results, list(texts))], columns=["variant", *texts])
    summaries = [over_seeds(column.values).assign(quantity=column.quantity) for column in [*columns, *ends]]
    data = pd.concat([*summaries, *_errors(results), _limit_data(results)], ignore_index=True)
    data.insert(2, "quantity", data.pop("quantity"))
    caption = (
        "Test accuracy and loss at the best checkpoint, invariance error (relative, the largest of all runs), size, "
        f"arithmetic per set, and epochs of training. {over_seeds_words(results)}"
    )
    return Table(f"{results.name}-accuracy", caption, data, view)


def reached(results: StudyResults, quantity: str) -> dict[str, float]:
    """Dataset -> accuracy that a rule reaches there, NaN if it was not measured; the same in all runs."""
    found = results.quantity("accuracy", quantity).groupby("dataset", sort=False)["value"].mean()
    return found.reindex(results.datasets).to_dict()


def _by_dataset(results: StudyResults, head: str, quantity: str, values: pd.DataFrame) -> list[Column]:
    return [
        Column(f"{head}, {label}", quantity, values[values["dataset"] == dataset])
        for dataset, label in level_labels(results.settings).items()
    ]


def _of_runs(results: StudyResults, column: str) -> pd.DataFrame:
    return results.runs.assign(value=results.runs[column].astype(float))


def _texts(column: Column) -> dict[str, str]:
    return {row["variant"]: estimate_text(row) for row in over_seeds(column.values).to_dict("records")}


def _ranges(column: Column) -> dict[str, str]:
    """The least and the largest whole number over seeds; one number if they are the same."""
    ends = column.values.groupby("variant")["value"].agg(["min", "max"]).astype(int)
    return {row.Index: "–".join(dict.fromkeys((f"{row.min}", f"{row.max}"))) for row in ends.itertuples()}


def _errors(results: StudyResults) -> list[pd.DataFrame]:
    """Estimates of the invariance errors, where they were measured."""
    parts = {f"invariance.{group}.relative": errors_under(results, group) for group in GROUPS}
    return [over_seeds(values).assign(quantity=name) for name, values in parts.items() if not values.empty]


def _largest(results: StudyResults) -> dict[str, dict[str, str]]:
    """Head -> variant -> the largest invariance error over datasets and seeds."""
    found = {}
    for group, head in GROUPS.items():
        values = errors_under(results, group)
        sound = values[values["status"] != "diverged"]
        if not sound.empty:
            found[f"error under {head}"] = _mapped(
                sound.groupby("variant")["value"].max(), lambda error: number(error, 2)
            )
    return found


def _counts(results: StudyResults) -> dict[str, dict[str, str]]:
    heads = {"parameters": "parameters", "multiply_adds": "multiply-adds per set"}
    return {head: _mapped(results.runs.groupby("variant")[name].first(), "{:,}".format) for name, head in heads.items()}


def _mapped(values: pd.Series, write: Callable[[float], str]) -> dict[str, str]:
    return values.map(write).to_dict()


def _limit_rows(results: StudyResults, heads: list[str]) -> list[list[str]]:
    """Rows of the limits, which have an accuracy and nothing else."""
    labels, rows = level_labels(results.settings), []
    for quantity, name in _LIMITS.items():
        told = {f"accuracy, {labels[key]}": number(value) for key, value in reached(results, quantity).items()}
        rows.append([name, *(told.get(head, "–") for head in heads)])
    return rows


def _limit_data(results: StudyResults) -> pd.DataFrame:
    rows = [
        {"dataset": dataset, "variant": f"({quantity})", "n": 1, "seeds": 1, "diverged": 0, "mean": value}
        for quantity in _LIMITS
        for dataset, value in reached(results, quantity).items()
    ]
    return pd.DataFrame(rows).assign(quantity="accuracy.accuracy")
