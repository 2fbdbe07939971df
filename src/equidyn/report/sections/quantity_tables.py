"""Tables of quantities: one row per dataset and variant, the best one marked, and below what takes no training."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import column_places, estimate_text, interval, percent, tick
from equidyn.report.sections.quantity_values import Shown
from equidyn.report.sections.section import over_seeds_words
from equidyn.report.tables import BEST, Table

_MOST = 7  # columns for the places along an axis
_PLACE = ["dataset", "variant"]


def single_table(results: StudyResults, name: str, caption: str, shown: Sequence[Shown]) -> Table:
    """A column for each of `shown`, which are single numbers."""
    texts = {one.name: _texts(one) for one in shown}
    below = {one.name: _baseline_texts(one) for one in shown}
    heads = level_labels(results.settings)
    shares = {one.name: _share_texts(one) for one in shown if one.trivial}
    rows = [
        [
            *(label, variant),
            *(cells[one.name].get((dataset, variant), "–") for one in shown),
            *(share.get((dataset, variant), "–") for share in shares.values()),
        ]
        for dataset, label in heads.items()
        for variant, cells in _rows(results, dataset, texts, below)
    ]
    data = pd.concat([part for one in shown for part in (_data(one), _baseline_data(one))])
    columns = [f"{one.label}{_at(one, shown)}" for one in shown]
    columns += [f"{one.quantity.label} over {one.trivial[0]}{_at(one, shown)}" for one in shown if one.trivial]
    view = pd.DataFrame(rows, columns=["data", "variant", *columns])
    return Table(name, _caption(results, caption, shown, rows), data.reset_index(drop=True), view)


def along_table(results: StudyResults, name: str, caption: str, shown: Sequence[Shown]) -> Table:
    """A row for each of `shown` as well, and columns for places along their axis; the CSV file has all places."""
    axis, heads = shown[0].axis, level_labels(results.settings)
    places = _chosen(pd.concat([one.estimates["at"] for one in shown]))
    rows = [
        [heads[dataset], variant, f"{one.label}{_at(one, shown)}", *_cells(one, part, places)]
        for dataset in heads
        for variant in results.variants
        for one in shown
        if len(part := _of(one.estimates, dataset, variant))
    ]
    written = [axis.names[int(place)] if axis.names else tick(place) for place in places]
    view = pd.DataFrame(rows, columns=["data", "variant", axis.label, *written])
    parts = [
        part.assign(at=part["at"].map(lambda place: axis.names[int(place)] if axis.names else place))
        for one in shown
        for part in (_data(one), _baseline_data(one))
        if len(part)
    ]
    return Table(name, f"{caption} {over_seeds_words(results)}", pd.concat(parts, ignore_index=True), view)


def _of(estimates: pd.DataFrame, dataset: str, variant: str) -> pd.DataFrame:
    return estimates[(estimates["dataset"] == dataset) & (estimates["variant"] == variant)]


def _at(one: Shown, shown: Sequence[Shown]) -> str:
    """The checkpoint, where a quantity is shown at several."""
    return f", {one.checkpoint}" if len({other.checkpoint for other in shown}) > 1 else ""


def _caption(results: StudyResults, caption: str, shown: Sequence[Shown], rows: list[list[str]]) -> str:
    marked = any(cell.endswith(BEST) for row in rows for cell in row)
    return f"{caption} {over_seeds_words(results)}{' *: the best mean of a dataset.' if marked else ''}"


def _rows(
    results: StudyResults, dataset: str, texts: dict[str, dict], below: dict[str, dict]
) -> list[tuple[str, dict[str, dict]]]:
    """Variants, then baselines, of which something is known for a dataset; each with where its cells are found."""
    names = dict.fromkeys(name for cells in below.values() for place, name in cells if place == dataset)
    known = [(variant, texts) for variant in results.variants] + [(name, below) for name in names]
    return [(name, cells) for name, cells in known if any((dataset, name) in column for column in cells.values())]


def _texts(one: Shown) -> dict[tuple[str, str], str]:
    """(dataset, variant) -> estimate, the best of a dataset with a mark."""
    best, places = _best(one), column_places(one.estimates, one.factor)
    return {
        (row["dataset"], row["variant"]): f"{estimate_text(row, one.factor, places)}{BEST if place in best else ''}"
        for place, row in one.estimates.iterrows()
    }


def _best(one: Shown) -> set[int]:
    """Rows with the best mean of their dataset, where there is a better and a worse."""
    found: set[int] = set()
    for _, rows in one.estimates.dropna(subset="mean").groupby("dataset", sort=False):
        end = {"lower": rows["mean"].min(), "higher": rows["mean"].max()}.get(one.quantity.better)
        if end is not None and rows["mean"].nunique() > 1:
            found |= set(rows.index[rows["mean"] == end])
    return found


def _share_texts(one: Shown) -> dict[tuple[str, str], str]:
    """(dataset, variant) -> mean over the trivial baseline of its dataset."""
    return {(row.dataset, row.variant): percent(row.share) for row in _data(one).itertuples()}


def _baseline_texts(one: Shown) -> dict[tuple[str, str], str]:
    """(dataset, label) -> number."""
    places = column_places(one.estimates, one.factor)
    return {
        (row.dataset, f"({label})"): interval(one.factor * row.value, math.nan, places)
        for label, frame in one.baselines.items()
        for row in frame.itertuples()
    }


def _data(one: Shown) -> pd.DataFrame:
    data = one.estimates.copy()
    data.insert(len(_PLACE), "quantity", one.name)
    if one.trivial:
        data["share"] = data["mean"] / data["dataset"].map(one.trivial[1])
    return data


def _baseline_data(one: Shown) -> pd.DataFrame:
    known = {"quantity": one.name, "n": 1, "seeds": 1, "diverged": 0}
    parts = [
        frame.rename(columns={"value": "mean"}).assign(variant=f"({label})", **known)
        for label, frame in one.baselines.items()
    ]
    return pd.concat(parts) if parts else pd.DataFrame()


def _cells(one: Shown, part: pd.DataFrame, places: list[float]) -> list[str]:
    decimals = column_places(one.estimates, one.factor)
    texts = {row["at"]: estimate_text(row, one.factor, decimals) for _, row in part.iterrows()}
    return [texts.get(place, "–") for place in places]


def _chosen(at: pd.Series) -> list[float]:
    """All places, or some spread evenly, the first and the last among them."""
    every = np.sort(at.unique())
    return [float(every[round(place)]) for place in np.linspace(0, len(every) - 1, min(len(every), _MOST))]
