"""The data: how far each level is from symmetric, and the checks that its preparation made."""

import math

import pandas as pd

from equidyn.domains.digits.report import data_of_digits
from equidyn.domains.sets.report import data_of_sets
from equidyn.domains.turbulence.report import data_of_turbulence, pictures_of_turbulence
from equidyn.report.gather import StudyResults, flattened
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

TITLE = "Data"
# Heads of the columns that are known; another check is shown under its own name.
_HEADS = {
    "error.absolute": "error, absolute [length/time]",
    "error.relative": "error, relative [1]",
    "error.pairwise": "error, pairwise [1]",
    "error.published": "error, as published [length/time]",
    "mean_speed": "mean speed [length/time]",
    "max_divergence": "largest |div| [1/time]",
    "max_disagreement": "largest difference between directions [length/time]",
    "published_table_entry": "entry of the published table [length/time]",
    "bayes_accuracy": "accuracy of the best rule (Bayes limit) [1]",
    "bayes_threshold": "its threshold on the sum of squares [1]",
    "centred_accuracy": "of the best rule about the mean [1]",
    "by_split.test.bayes_here": "of the best rule on these test sets [1]",
    "counts.train": "training images",
    "counts.validation": "validation images",
    "counts.test": "test images",
    "mean": "mean of the pixels [1]",
    "sd": "their standard deviation [1]",
}
_TOLD = ("shrunk", "mean_halves")  # in words
# Kinds of task whose data have words of their own; those of the others are fields.
_ROOMS = {
    "classify_sets": data_of_sets,
    "reconstruct": data_of_digits,
    "classify_images": data_of_digits,
    "upscale": data_of_turbulence,
}


def section(results: StudyResults) -> Section:
    """One row per dataset: measured equivariance error, then every number among its checks.

    Turbulence has so many checks that they are the rows of a table of its own, and pictures beside it.
    """
    sources = list(dict.fromkeys(str(tree["provenance"]["source"]) for tree in results.data.values()))
    text = [f"Source: {listed(sources)}.", *_words(results)]
    if results.settings.task.kind == "upscale":
        return Section(TITLE, text, pictures_of_turbulence.pictures(results), [data_of_turbulence.table(results)])
    heads = level_labels(results.settings)
    numbers = pd.DataFrame([_row(dataset, heads[dataset], tree) for dataset, tree in results.data.items()])
    caption = "Measured properties of each dataset; the CSV file has them all."
    return Section(TITLE, text, tables=[Table(f"{results.name}-data", caption, numbers, _view(numbers))])


def _words(results: StudyResults) -> list[str]:
    """What there is to say of the samples, by the kind of task."""
    room = _ROOMS.get(results.settings.task.kind)
    return room.words(results) if room else [_error_words(results)]


def _error_words(results: StudyResults) -> str:
    if not any(tree["equivariance"] for tree in results.data.values()):
        return (
            "No simulation of these sets was made in all four directions, so the data's own equivariance error is not "
            "defined; their symmetry is that of the set as a whole."
        )
    return (
        "The error says how far simulations of the four directions are from being turns of each other, measured by "
        "the same code as that of the networks. The pairwise form treats all directions alike; the relative form takes "
        "the first as the reference."
    )


def _row(dataset: str, label: str, tree: dict) -> dict[str, str | float]:
    checks = {"error": tree["equivariance"] or {}} | {
        key: tree["checks"][key] for key in tree["checks"] if key != "equivariance"
    }
    numbers = {name: value for name, index, value in flattened(checks) if index == 0}
    return {"dataset": dataset, "data": label} | numbers


def _view(numbers: pd.DataFrame) -> pd.DataFrame:
    """The columns that fit a page: not what is told per split or direction, nor what no dataset has."""
    known = numbers.dropna(axis="columns", how="all")
    shown = [column for column in known if column in _HEADS or ("." not in column and column not in _TOLD)]
    counts = {column: known[column].map("{:,.0f}".format) for column in shown if column.startswith("counts.")}
    return (
        known[shown]
        .assign(**counts)
        .map(_text)
        .rename(columns=lambda column: _HEADS.get(column, column.replace("_", " ")))
    )


def _text(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return number(value) if math.isfinite(value) else "–"
