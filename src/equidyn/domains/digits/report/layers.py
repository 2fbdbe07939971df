"""What is measured of every layer of a net: one number per dataset, variant, seed and layer."""

import re
from dataclasses import dataclass

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text
from equidyn.report.sections.section import drawn
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table

KEYS = ("dataset", "variant", "layer")


@dataclass(frozen=True)
class LayerColumn:
    """One column of a table of layers. quantity: its name in the CSV file; values: as from `by_layer`."""

    head: str
    quantity: str
    values: pd.DataFrame


def layers(results: StudyResults, measure: str, motion: str) -> list[str]:
    """Names of the layers of which a measure knows something under a motion, as they follow each other in the nets."""
    names = results.values[results.values["measure"] == measure]["quantity"].unique()
    found = (re.match(rf"{motion}\.([^.]+)", name) for name in names)
    return list(dict.fromkeys(match[1] for match in found if match))


def by_layer(results: StudyResults, measure: str, motion: str, item: str = "") -> pd.DataFrame:
    """Rows of `motion.LAYER.item` (or `motion.LAYER`) of every layer, with its name as the column layer."""
    parts = [
        results.quantity(measure, ".".join(filter(None, (motion, layer, item)))).assign(layer=layer)
        for layer in layers(results, measure, motion)
    ]
    return pd.concat(parts, ignore_index=True) if parts else results.values.iloc[:0].assign(layer="")


def along_layers(results: StudyResults, values: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Estimates over seeds of the variants that are drawn, with the layers in the place of datasets, for a chart."""
    own = drawn(results, values[values["dataset"] == dataset]).dropna(subset="value")
    return over_seeds(own, KEYS[1:]).rename(columns={"layer": "dataset"})


def layer_tables(results: StudyResults, name: str, caption: str, columns: list[LayerColumn]) -> list[Table]:
    """Estimates over seeds, one row per dataset, variant and layer; what has no number is left out, the whole too."""
    known = [column for column in columns if column.values["value"].notna().any()]
    if not known:
        return []
    summaries = [summary[summary["n"] > 0] for column in known for summary in (over_seeds(column.values, KEYS),)]
    for column, summary in zip(known, summaries, strict=True):
        summary.insert(len(KEYS), "quantity", column.quantity)
    texts = {
        (*(row[key] for key in KEYS), column.head): estimate_text(row)
        for column, summary in zip(known, summaries, strict=True)
        for row in summary.to_dict("records")
    }
    every = list(dict.fromkeys(layer for column in known for layer in column.values["layer"]))
    heads = level_labels(results.settings)
    rows = [
        [heads[dataset], variant, layer, *(texts.get((dataset, variant, layer, column.head), "–") for column in known)]
        for dataset in results.datasets
        for variant in results.variants
        for layer in every
        if any((dataset, variant, layer, column.head) in texts for column in known)
    ]
    view = pd.DataFrame(rows, columns=["data", "variant", "layer", *(column.head for column in known)])
    return [Table(name, caption, pd.concat(summaries, ignore_index=True), view)]
