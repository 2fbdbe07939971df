"""Which datasets of a study a claim speaks of."""

import math

from equidyn.report.gather import StudyResults

GROUPS = {  # of datasets -> what a reader calls them
    "symmetric": "symmetric data",
    "broken": "broken levels",
    "highest": "the most broken level",
    "all": "all datasets",
}


def chosen_datasets(study: StudyResults, chosen: str) -> list[str]:
    """Names of the datasets that `chosen` stands for: symmetric, broken, highest, all, or one by its name.

    symmetric: level 0; broken: the others that have a level; highest: of those the one whose own error is largest, or
    whose level is, where the data have no error of their own.
    """
    levels = {name: entry.breaking for name, entry in study.settings.datasets.items()}
    if chosen == "symmetric":
        return [name for name, level in levels.items() if level == 0]
    broken = [name for name, level in levels.items() if level]
    if chosen == "broken":
        return broken
    if chosen == "highest":
        return sorted(broken, key=lambda name: (_own_error(study, name), levels[name]))[-1:]
    return [name for name in levels if chosen in ("all", name)]


def group_words(chosen: str) -> str:
    """What a reader calls them."""
    return GROUPS.get(chosen, f"dataset {chosen}")


def _own_error(study: StudyResults, name: str) -> float:
    error = study.data_error("pairwise")[name]
    return error if math.isfinite(error) else 0.0
