"""How wrong networks are about the fine field: error, its parts, divergence; beside interpolation and the published."""

from dataclasses import replace

import pandas as pd

from equidyn.domains.turbulence.report import super_resolution_tables
from equidyn.domains.turbulence.report.super_resolution_tables import MEASURE, REFERENCES
from equidyn.domains.turbulence.report.wording import VELOCITY_UNIT
from equidyn.report.figures.levels import Chart, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import interval, listed
from equidyn.report.ranking import findings
from equidyn.report.sections.section import Section, diverged_words, drawn, places
from equidyn.report.sections.untrained import as_baseline, trained
from equidyn.report.statistics import FEWEST_SEEDS, over_seeds

TITLE = "Super-resolution"
_CELL = ["dataset", "variant", "seed"]


def section(results: StudyResults) -> Section | None:
    """MAE per variant and dataset, beside the published numbers and what interpolation reaches."""
    values = results.quantity(MEASURE, "mae")
    if values.empty:
        return None
    heads = level_labels(results.settings)
    text = [_words(), super_resolution_tables.published_words(results), *_beside_words(results, values)]
    return Section(
        TITLE,
        [*text, *diverged_words(results)],
        [_picture(results, values)],
        [super_resolution_tables.headline(results), super_resolution_tables.parts(results)],
        finding=findings(values, heads, "test MAE"),
    )


def _words() -> str:
    return (
        "A network sees successive coarse velocity fields and gives the fine one at their middle time. MAE is the mean "
        "over all voxels and components of the test samples, RMSE the root of the mean square, both with the weights "
        f"of the lowest validation MAE, in units of the {VELOCITY_UNIT} component of the training split. Divergence: "
        "its root mean square over that of the velocity gradient; a flow that cannot be compressed has none."
    )


def _picture(results: StudyResults, values: pd.DataFrame) -> Picture:
    kinds = {f"test MAE\n[{VELOCITY_UNIT}]": values, "divergence over\ngradient [1]": _divergence(results)}
    charts = [
        Chart(over_seeds(trained(results, drawn(results, rows))), label, as_baseline(results, rows))
        for label, rows in kinds.items()
        if not rows.empty
    ]
    caption = "Test MAE and divergence of the answers by variant; bars are 95 % intervals over seeds."
    alt = "Charts of test MAE and of relative divergence by dataset, one line or mark per variant."
    at = places(results)
    at = replace(at, joined=at.joined and len(results.datasets) > 1)  # a reference at one place is a level line
    return picture(f"{results.name}-super-resolution", caption, alt, by_level(charts, at))


def _divergence(results: StudyResults) -> pd.DataFrame:
    return results.quantity(MEASURE, "divergence")


def _beside_words(results: StudyResults, values: pd.DataFrame) -> list[str]:
    """Which networks are better than interpolation, and by how much."""
    reached = results.quantity(MEASURE, "spectral.mae")
    if reached.empty:
        return []
    reached = reached[[*_CELL, "value"]].rename(columns={"value": "reached"})
    both = trained(results, values).merge(reached, on=_CELL)
    summary = over_seeds(both.assign(value=100 * (both["value"] / both["reached"] - 1))).dropna(subset="mean")
    said = [
        f"At {head}, {'; '.join(told)}."
        for dataset, head in level_labels(results.settings).items()
        if (told := _sides(summary[summary["dataset"] == dataset]))
    ]
    what = f"the {REFERENCES['spectral']}, which keeps what the coarse grid resolves and adds nothing"
    return [" ".join([f"MAE against that of {what}.", *said])] if said else []


def _sides(rows: pd.DataFrame) -> list[str]:
    """Networks below, above, and neither; rows: as of `over_seeds`, of the difference [%]."""
    sure = rows["n"] >= FEWEST_SEEDS
    below, above = sure & (rows["high"] < 0), sure & (rows["low"] > 0)
    parts = {"below it are": rows[below], "above it are": rows[above], "neither is shown of": rows[~below & ~above]}
    return [f"{words} {listed(_told(part))}" for words, part in parts.items() if len(part)]


def _told(rows: pd.DataFrame) -> list[str]:
    return [f"{row.variant} ({interval(row.mean, row.high - row.mean)} %)" for row in rows.itertuples()]
