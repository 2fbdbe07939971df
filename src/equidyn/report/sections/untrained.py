"""Variants without parameters, such as an interpolation: in charts they are what the others are held against."""

import pandas as pd

from equidyn.report.figures.levels import Baseline
from equidyn.report.gather import StudyResults


def untrained(results: StudyResults) -> list[str]:
    """Variants that have nothing to train, in the order of params.yaml."""
    counts = results.runs.groupby("variant", sort=False)["trained_parameters"].max()
    return [name for name in results.variants if counts[name] == 0]


def trained(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of `frame` (column variant) whose variants have parameters."""
    return frame[~frame["variant"].isin(untrained(results))]


def as_baseline(results: StudyResults, values: pd.DataFrame) -> Baseline | None:
    """The first variant without parameters as a reference; values: rows of `StudyResults.values`. None: there is none,
    or it was not measured."""
    names = untrained(results)
    rows = values[values["variant"].isin(names[:1])]
    return Baseline(names[0], rows.groupby("dataset", sort=False)["value"].mean().to_dict()) if len(rows) else None
