"""Variants without parameters, such as an interpolation: in charts they are what the others are held against."""

import pandas as pd

from equidyn.report.gather import StudyResults


def untrained(results: StudyResults) -> list[str]:
    """Variants that have nothing to train, in the order of params.yaml."""
    counts = results.runs.groupby("variant", sort=False)["trained_parameters"].max()
    return [name for name in results.variants if counts[name] == 0]


def trained(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of `frame` (column variant) whose variants have parameters."""
    return frame[~frame["variant"].isin(untrained(results))]
