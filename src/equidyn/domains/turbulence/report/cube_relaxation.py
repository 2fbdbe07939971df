"""What relaxed weights over the 24 rotations of the cube have become: size, spread, and the symmetry they keep."""

import numpy as np
import pandas as pd

from equidyn.domains.digits.report.figures.rotations import Map, rotation_maps
from equidyn.report.families import charted
from equidyn.report.figures.levels import Chart, by_level
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import interval, listed, number
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words, places
from equidyn.report.statistics import FEWEST_SEEDS, estimate, over_seeds, paired
from equidyn.report.tables import Table
from equidyn.symmetry.cube_names import element_name
from equidyn.symmetry.groups import CUBE

TITLE = "Relaxed weights"
MEASURE = "cube_relaxation"
TIED = 1e-6  # spread of the weights below which they count as all alike
_WORDS = (
    "A relaxed layer has one weight for each of the 24 rotations of the cube, all alike at the start, when the network "
    "is exactly equivariant. Weight: its magnitude over the mean of the 24, averaged over layers. Spread: standard "
    "deviation of a layer's weights over their root mean square, 0 if they stay alike. Change under a rotation: how "
    "far the weights are from those with all rotations multiplied by it from the left; 0 for a symmetry that the "
    "layers keep, about 1 for one of which they know nothing. Which rotation has the largest weight differs from seed "
    "to seed even of equal networks, since turned filters with renumbered outputs give the same answers; changes do "
    "not depend on that."
)


def section(results: StudyResults) -> Section | None:
    """The weights, their spread by dataset, and how they change under each rotation."""
    weights = _sound(results.quantity(MEASURE, "weights"))
    if weights.empty:
        return None
    spread = results.quantity(MEASURE, "total")
    spread = spread[spread["variant"].isin(weights["variant"].unique())]
    told = [*_trend_words(results, spread), *_axis_words(results)]
    pictures = [_weights(results, weights), *_changes(results), _spread(results, spread)]
    text = [_WORDS, *told, *diverged_words(results)]
    return Section(TITLE, text, pictures, [_table(results, spread)], finding=told)


def preferred(results: StudyResults) -> dict[tuple[str, str], list[str]]:
    """(variant, dataset) -> name of the rotation with the largest weight in each run that did not diverge; "none" if
    all weights are alike."""
    place = ["dataset", "variant", "seed"]
    spread = results.quantity(MEASURE, "total")[[*place, "value"]].rename(columns={"value": "spread"})
    rows = _sound(results.quantity(MEASURE, "preferred")).merge(spread, on=place)
    names = [
        element_name(int(value)) if size > TIED else "none"
        for value, size in zip(rows["value"], rows["spread"], strict=True)
    ]
    grouped = rows.assign(name=names).groupby(["variant", "dataset"], sort=False)["name"]
    return {key: list(group) for key, group in grouped}


def _sound(values: pd.DataFrame) -> pd.DataFrame:
    return values[values["status"] != "diverged"]


def _trend_words(results: StudyResults, spread: pd.DataFrame) -> list[str]:
    """Whether the spread differs between the first and the last dataset, over the same seeds."""
    first, last = results.datasets[0], results.datasets[-1]
    if first == last:
        return []
    heads, told = level_labels(results.settings), []
    for name in spread["variant"].unique():
        own = _sound(spread[spread["variant"] == name])
        ends = [own[own["dataset"] == dataset].set_index("seed")["value"] for dataset in (last, first)]
        gap = estimate(paired([(1.0, ends[0]), (-1.0, ends[1])]))
        if gap.n:
            side = _side(gap.n, (gap.low > 0, "wider"), (gap.high < 0, "narrower"))
            told.append(f"{name} by {interval(gap.mean, gap.high - gap.mean)} ({side})")
    if not told:
        return []
    return [f"From {heads[first]} to {heads[last]}, the spread of the relaxed weights changes: {listed(told)}."]


def _axis_words(results: StudyResults) -> list[str]:
    """Whether the weights have found the axis that the forcing prefers; told where there may be one."""
    told = []
    for row in over_seeds(results.quantity(MEASURE, "change_ratio")).dropna(subset="mean").itertuples():
        if hasattr(results.settings.datasets[row.dataset], "anisotropy"):
            side = _side(row.n, (row.high < 1, "kept more"), (row.low > 1, "kept less"))
            where = f"{row.variant} at {level_labels(results.settings)[row.dataset]}"
            told.append(f"{where}: {interval(row.mean, row.high - row.mean)} ({side})")
    if not told:
        return []
    return [
        "Change of the relaxed weights under rotations that keep the x axis, which anisotropic forcing keeps too, over "
        f"that under the others. {'; '.join(told)}."
    ]


def _side(n: int, *sides: tuple[bool, str]) -> str:
    """What the interval of n seeds shows."""
    if n < FEWEST_SEEDS:
        return "too few seeds to tell"
    return next((words for sure, words in sides if sure), "no difference shown")


def _weights(results: StudyResults, weights: pd.DataFrame) -> Picture:
    """A map per variant, a row per run, since the numbers of rotations mean another thing in each."""
    heads, maps = level_labels(results.settings), []
    for name in charted(results.settings):
        runs = weights[weights["variant"] == name].sort_values("index", kind="stable")
        rows = {
            f"{heads[dataset]}, seed {seed}": run["value"].to_numpy()
            for (dataset, seed), run in runs.groupby(["dataset", "seed"], sort=False)
        }
        if rows:
            values = np.stack(list(rows.values()))
            uneven = {place: int(row.argmax()) for place, row in enumerate(values) if np.ptp(row) > TIED}
            maps.append(Map(name, list(rows), values, uneven))
    caption = (
        "Relaxed weights of the 24 rotations of the cube, one row per run; a cross marks the largest, where they are "
        "not all alike. Rotations are named by angle and axis, counter-clockwise seen from its tip."
    )
    alt = "Maps of shades, one per variant, one row per run and one column per rotation: the darker, the larger."
    chart = rotation_maps(maps, "weight over the mean weight [1]", "about 1")
    return picture(f"{results.name}-cube-weights", caption, alt, chart)


def _changes(results: StudyResults) -> list[Picture]:
    """A map per variant, a row per dataset: means over seeds."""
    found = _sound(results.quantity(MEASURE, "change"))
    means = found.groupby(["variant", "dataset", "index"])["value"].mean()
    heads, maps = level_labels(results.settings), []
    for name in charted(results.settings):
        known = [dataset for dataset in heads if (name, dataset, 1) in means.index]
        if known:
            values = np.stack([means.loc[name, dataset].sort_index().to_numpy() for dataset in known])
            maps.append(Map(name, [heads[dataset] for dataset in known], values, {}))
    if not maps:
        return []
    caption = (
        "Change of the relaxed weights under each rotation of the cube, mean over seeds: the lighter, the more of that "
        "symmetry is kept. The identity changes nothing. Runs whose weights are all alike are left out."
    )
    alt = "Maps of shades, one per variant, one row per dataset and one column per rotation: the lighter, the less."
    chart = rotation_maps(maps, "change under the rotation [1]", "from 0")
    return [picture(f"{results.name}-cube-changes", caption, alt, chart)]


def _spread(results: StudyResults, spread: pd.DataFrame) -> Picture:
    shown = spread[spread["variant"].isin(charted(results.settings))]
    chart = by_level([Chart(over_seeds(shown), "spread of relaxed\nweights [1]")], places(results))
    caption = "Spread of the relaxed weights over the rotations, all layers; bars are 95 % intervals over seeds."
    alt = "Chart: spread of the relaxed weights by dataset, one line or mark per variant."
    return picture(f"{results.name}-cube-spread", caption, alt, chart)


def _table(results: StudyResults, spread: pd.DataFrame) -> Table:
    share = results.quantity(MEASURE, "preferred_share")
    columns = [
        Column("spread [1]", f"{MEASURE}.total", spread),
        Column(
            "change, x axis kept over others [1]", f"{MEASURE}.change_ratio", results.quantity(MEASURE, "change_ratio")
        ),
        Column("largest weight, share of all [%]", f"{MEASURE}.preferred_share", share, 100.0),
    ]
    caption = (
        f"Relaxed weights; alike, each has {number(100 / CUBE.order, 3)} % of their sum. "
        f"{over_seeds_words(results)} Last: the rotation with the largest weight, by seed."
    )
    table = case_table(results, f"{results.name}-cube-weights", caption, columns)
    datasets = {label: dataset for dataset, label in level_labels(results.settings).items()}
    found = preferred(results)
    told = [", ".join(found.get((row["variant"], datasets[row["data"]]), ["–"])) for _, row in table.view.iterrows()]
    return Table(table.name, caption, table.data, table.view.assign(**{"largest weight": told}))
