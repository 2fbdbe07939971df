"""The league: which places a variant may have on each dataset, given the differences that the seeds decide."""

from itertools import combinations

import numpy as np
import pandas as pd

from equidyn.report.families import is_published
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.ranking import HIGHER, LOWER, Better, best_of, gap
from equidyn.report.sections import league_kinds, league_overall
from equidyn.report.sections.league_charts import charts
from equidyn.report.sections.quantity_values import Shown, headlines, symmetry
from equidyn.report.sections.section import Section, diverged_words
from equidyn.report.statistics import holm, p_value
from equidyn.report.tables import Table

TITLE = "League"
RISK = 0.05  # of any wrong order on a dataset
_FEWEST = 3  # variants: of two the order is a claim of its own


def section(results: StudyResults) -> Section | None:
    """The places of all compared variants by the headline number; None where there are fewer than three."""
    compared = [name for name in results.variants if not is_published(results.settings, name)]
    found = headlines(results)[:1]
    if not found or len(compared) < _FEWEST:
        return None
    frame = places(found[0], compared)
    text = (
        f"Places by {found[0].quantity.label}, of the nets that are not built as published. A place is as sure as the "
        "differences are: a range holds every place that no decided difference excludes. Decided: paired over seeds, "
        f"two-sided by Student's t, Holm over all pairs of a dataset, {100 * RISK:.0f} % risk{_ratios(found[0])}."
    )
    caption = "Place and mean of each variant, best mean first on the first dataset; wide ranges want more seeds."
    table = Table(f"{results.name}--league", caption, frame, _view(results, frame))
    kept = symmetry(results)
    more, words = _kinds(results, found[0], kept, compared)
    pictures, order = charts(results, found[0], kept, compared), league_overall.overall(results, found[0], compared)
    if order is not None:
        pictures = [league_overall.chart(results, found[0], order), *pictures]
        more = [league_overall.table(results, found[0], order), *more]
        words = league_overall.words(found[0], order) + words
    return Section(TITLE, [text, *diverged_words(results)], pictures, [table, *more], _sure(results, frame) + words)


def _kinds(results: StudyResults, one: Shown, kept: Shown | None, variants: list[str]) -> tuple[list[Table], list[str]]:
    """A table of the best of each kind and what the summary says of it, where there is something to choose."""
    groups, better = league_kinds.kinds(results.settings, variants), _better(one)
    if not groups:
        return [], []
    frame = league_kinds.best(one, kept, groups, better)
    return [league_kinds.table(results, one, kept, frame)], league_kinds.softest(results, kept, frame, better)


def _better(one: Shown) -> Better:
    return HIGHER if one.quantity.better == "higher" else LOWER


def _ratios(one: Shown) -> str:
    return "; what is compared are ratios" if one.quantity.scale == "log" else ""


def places(one: Shown, variants: list[str]) -> pd.DataFrame:
    """A row for each dataset and variant with a finite run: n, mean, low, high; first and last, its possible places."""
    values = one.values[one.values["variant"].isin(variants)]
    numbers = values["value"]
    values = values.assign(compared=np.log(numbers.where(numbers > 0)) if one.quantity.scale == "log" else numbers)
    return pd.concat(
        [_placed(rows, _better(one)) for _, rows in values.groupby("dataset", sort=False)], ignore_index=True
    )


def _placed(values: pd.DataFrame, better: Better) -> pd.DataFrame:
    """Of one dataset, the best mean first."""
    ranked = best_of(values, better)
    beats = _decided(values, ranked["variant"].tolist(), better)
    below = pd.Series([loser for _, loser in beats], dtype=object).value_counts()
    above = pd.Series([winner for winner, _ in beats], dtype=object).value_counts()
    first = 1 + ranked["variant"].map(below).fillna(0).astype(int)
    last = len(ranked) - ranked["variant"].map(above).fillna(0).astype(int)
    return ranked[["dataset", "variant", "n", "mean", "low", "high"]].assign(first=first, last=last)


def _decided(values: pd.DataFrame, variants: list[str], better: Better) -> list[tuple[str, str]]:
    """(winner, loser) of each pair whose order is decided."""
    compared = values.assign(value=values["compared"])
    gaps = {(one, other): gap(compared, other, one, better) for one, other in combinations(variants, 2)}
    known = {pair: p for pair, sample in gaps.items() if (p := p_value(sample)) == p}
    adjusted = dict(zip(known, holm(list(known.values())), strict=True))
    sure = [pair for pair, p in adjusted.items() if p < RISK]
    return [pair if gaps[pair].mean() > 0 else pair[::-1] for pair in sure]


def _view(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame:
    """A row for each variant, a column for each dataset."""
    heads = level_labels(results.settings)
    cells = frame.assign(
        text=[f"{_range(row.first, row.last)} ({number(row.mean, 3)})" for row in frame.itertuples(index=False)]
    )
    table = cells.pivot(index="variant", columns="dataset", values="text")
    order = list(dict.fromkeys(frame["variant"]))
    return table.reindex(order)[list(heads)].fillna("–").rename(columns=heads).rename_axis(columns=None).reset_index()


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _sure(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """A sentence on the datasets with a sure winner, or none."""
    winners = frame[frame["last"] == 1].set_index("dataset")["variant"].to_dict()
    heads = level_labels(results.settings)
    names = [f"{variant} at {heads[dataset]}" for dataset, variant in winners.items()]
    return [f"A first place that no rival can have: {listed(names)}."] if names else []
