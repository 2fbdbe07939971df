"""Tables with one row per dataset and variant, and one column per measured number."""

from dataclasses import dataclass

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table


@dataclass(frozen=True)
class Column:
    """One column. quantity: its name in the CSV file; values: columns dataset, variant, status, value; scale: of what
    readers see."""

    head: str
    quantity: str
    values: pd.DataFrame
    scale: float = 1.0


def case_table(results: StudyResults, name: str, caption: str, columns: list[Column]) -> Table:
    """Estimates over seeds; columns without values are left out, and so are rows."""
    known = [column for column in columns if not column.values.empty]
    summaries = [over_seeds(column.values) for column in known]
    for column, summary in zip(known, summaries, strict=True):
        summary.insert(2, "quantity", column.quantity)
    texts = {
        (row["dataset"], row["variant"], column.head): estimate_text(row, column.scale)
        for column, summary in zip(known, summaries, strict=True)
        for row in summary.to_dict("records")
    }
    heads = [column.head for column in known]
    cases = {(dataset, variant) for dataset, variant, _ in texts}
    rows = [
        [label, variant, *(texts.get((dataset, variant, head), "–") for head in heads)]
        for dataset, label in level_labels(results.settings).items()
        for variant in results.variants
        if (dataset, variant) in cases
    ]
    data = pd.concat(summaries, ignore_index=True)
    return Table(name, caption, data, pd.DataFrame(rows, columns=["data", "variant", *heads]))
