"""The league by kind of network: the best variant of each on each dataset, and the symmetry that it has left."""

import pandas as pd

from equidyn.core.params.study import Study
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text, listed, number, power
from equidyn.report.ranking import Better, best_of
from equidyn.report.sections.league_charts import ROUND_OFF, symmetry_name
from equidyn.report.sections.quantity_values import Shown
from equidyn.report.tables import Table, wide


def kinds(study: Study, variants: list[str]) -> dict[str, list[str]]:
    """Network -> its variants; none where no network is relaxed and none comes with several options."""
    found: dict[str, list[str]] = {}
    for name in variants:
        found.setdefault(study.variants[name].network, []).append(name)
    relaxed = any(study.variants[name].relax for name in variants)
    return found if relaxed or any(_differ(study, names) for names in found.values()) else {}


def _differ(study: Study, names: list[str]) -> bool:
    chosen = [study.variants[name] for name in names]
    return len({str((one.options, one.relax and one.relax.options)) for one in chosen}) > 1


def best(one: Shown, kept: Shown | None, groups: dict[str, list[str]], better: Better) -> pd.DataFrame:
    """A row for each dataset and kind with a finite run: over_seeds of its best variant by the mean, kind, symmetry.

    symmetry: the error of that variant that says how much symmetry is left, NaN if it was not measured.
    """
    rows = [
        best_of(values[values["variant"].isin(names)], better).head(1).assign(kind=kind)
        for _, values in one.values.groupby("dataset", sort=False)
        for kind, names in groups.items()
    ]
    frame = pd.concat(rows, ignore_index=True)
    left = {} if kept is None else kept.estimates.set_index(["dataset", "variant"])["mean"].to_dict()
    places = zip(frame["dataset"], frame["variant"], strict=True)
    return frame.assign(symmetry=[left.get(place, float("nan")) for place in places])


def table(results: StudyResults, one: Shown, kept: Shown | None, frame: pd.DataFrame) -> Table:
    """The best variant of each kind; frame: as of `best`."""
    caption = f"Best of each kind of network on each dataset, by the mean of {one.quantity.label}"
    caption += f"; last, its {symmetry_name(kept)}." if kept else "."
    texts = pd.Series([_cell(one, row) for _, row in frame.iterrows()])
    heads = level_labels(results.settings)
    view = wide(frame.drop(columns="variant").rename(columns={"kind": "variant"}), texts, heads, "kind")
    columns = ["dataset", "kind", "variant", "n", "mean", "low", "high", "symmetry"]
    return Table(f"{results.name}--league-kinds", caption, frame[columns], view)


def softest(results: StudyResults, kept: Shown | None, frame: pd.DataFrame, better: Better) -> list[str]:
    """A sentence on the symmetry that the best variant has left on each dataset, or none."""
    by_mean = frame.sort_values("mean", kind="stable", key=lambda means: better.sign * means)
    first = by_mean.drop_duplicates("dataset").set_index("dataset")
    known = {
        head: first.loc[name]
        for name, head in level_labels(results.settings).items()
        if name in first.index and pd.notna(first["symmetry"][name])
    }
    if not known:
        return []
    if len(known) > 1 and all(row["symmetry"] < ROUND_OFF for row in known.values()):
        names = listed(list(dict.fromkeys(row["variant"] for row in known.values())))
        return [f"On all datasets the variant with the best mean is exact ({symmetry_name(kept)}): {names}."]
    parts = [f"{_left(row['symmetry'])} at {head} ({row['variant']})" for head, row in known.items()]
    return [f"Learned {symmetry_name(kept)}, of the variant with the best mean: {'; '.join(parts)}."]


def _cell(one: Shown, row: pd.Series) -> str:
    text = f"{row['variant']}: {estimate_text(row, one.factor)}"
    return text if pd.isna(row["symmetry"]) else f"{text}; {_left(row['symmetry'])}"


def _left(error: float) -> str:
    return f"below {power(ROUND_OFF)}" if error < ROUND_OFF else number(error, 2)
