"""A section of the report: words, pictures and tables about one question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from equidyn.report.families import chart_groups, charted
from equidyn.report.figures.levels import Places
from equidyn.report.figures.style import Picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import LEVEL, by_size, dataset_kind, level_labels, ordered, panel_heads, readable
from equidyn.report.numbers import counted, listed
from equidyn.report.tables import Table

Place = Literal["page", "appendix", "audit"]


@dataclass(frozen=True)
class Section:
    """title: a short noun phrase. text: paragraphs. finding: sentences for the summary on top of the page.

    place: on the study's page, in its appendix, or there in the part on the published code.
    """

    title: str
    text: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    finding: Sequence[str] = field(default=())
    place: Place = "page"


@dataclass(frozen=True)
class Part:
    """The variants of one of several charts. suffix: of the chart's file name; words: for its caption."""

    variants: tuple[str, ...]
    suffix: str
    words: str

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of `frame` (column variant) that are of these variants."""
        return frame[frame["variant"].isin(self.variants)]


def chart_parts(results: StudyResults, audit: bool = False) -> list[Part]:
    """All variants in one part, if one chart can tell them apart; audit: those built as published among them."""
    groups = chart_groups(results.settings, audit)
    if len(groups) == 1:
        return [Part(tuple(groups[0]), "", "")]
    count = len(groups)
    return [
        Part(tuple(group), f"-part{place}" if place > 1 else "", f" Part {place} of {count} of the variants.")
        for place, group in enumerate(groups, start=1)
    ]


def others_words(whole: pd.DataFrame, part: Part) -> str:
    """For the caption of a chart of a part that shows the rest of `whole` (column variant) as well."""
    return "" if len(part.of(whole)) == len(whole) else " Grey: the other variants."


def over_seeds_words(results: StudyResults) -> str:
    """How the numbers in a table of estimates are to be read."""
    seeds = len(results.settings.seeds)
    if seeds == 1:
        return "One seed (n = 1), so there are no intervals."
    return (
        f"Mean ± half width of the 95 % interval over {counted(seeds, 'seed')} (n = {seeds} unless a cell says less)."
    )


def where_words(results: StudyResults) -> str:
    """Study, data and number of seeds: what a caption says that is read alone."""
    heads = list(level_labels(results.settings).values())
    few = heads if len(heads) <= 3 else [heads[0], "…", heads[-1]]
    return f"{readable(results.name)} ({', '.join(few)}); n = {counted(len(results.settings.seeds), 'seed')}."


def panel_words(results: StudyResults) -> str:
    """For the caption of a chart with a panel for each dataset, where it shows some of them (labels.panel_heads)."""
    few = len(panel_heads(results.settings)) < len(results.datasets)
    return " The largest number of training samples; tables have all." if few else ""


def places(results: StudyResults, known: Collection[str]) -> Places:
    """Where the datasets of a study stand in a chart, as far as something is `known` of them."""
    study = results.settings
    heads = {name: head for name, head in level_labels(study).items() if name in known}
    sizes = by_size(study)
    if sizes and set(heads) == set(study.datasets):
        levels = {name: f"{entry.breaking:g}" for name, entry in study.datasets.items()}
        return Places(levels, LEVEL, panels=sizes)
    return Places(heads, dataset_kind(study), ordered(study))


def drawn(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of `frame` (column variant) whose variants are in the charts."""
    return frame[frame["variant"].isin(charted(results.settings))]


def diverged_words(results: StudyResults) -> list[str]:
    """A paragraph that names the variants with diverged runs, or none."""
    runs = results.runs
    rows = runs[runs["status"] == "diverged"].groupby(["variant", "dataset"], sort=False).size()
    if rows.empty:
        return []
    places = [f"{variant} on {dataset} ({count})" for (variant, dataset), count in rows.items()]
    return [f"Runs that diverged are counted and left out of the means: {listed(places)}."]
