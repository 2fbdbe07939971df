"""How far networks are from commuting with the rotations of the cube, if vectors turn as vectors and if they do not."""

import numpy as np
import pandas as pd

from equidyn.domains.digits.report.figures.rotations import Map, rotation_maps
from equidyn.domains.smoke.report.figures.scatter import lowest
from equidyn.report.families import charted
from equidyn.report.figures.dots import Series, dots
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import listed, number
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import Section, diverged_words, drawn, over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table
from equidyn.symmetry.groups import CUBE

TITLE = "Rotations of the cube"
MEASURE = "cube_equivariance"
ROUND_OFF = 1e-5  # relative; of an exactly equivariant network in single precision
ACTIONS = {"vector": "vectors turned", "scalar": "components left alone"}
_WORDS = (
    "A velocity field turns by moving its voxels and turning the vectors in them; that is the true action. Networks "
    "that take its three components for scalars know another one, which moves voxels and leaves components alone, and "
    "which no flow has. Error: how far answers to turned questions are from turned answers, root mean square over that "
    "of the answer, mean over the 24 rotations of the cube."
)


def section(results: StudyResults) -> Section | None:
    """The relative error under both actions, and under the true one for each rotation."""
    values = {action: results.quantity(MEASURE, f"{action}.relative") for action in ACTIONS}
    if values["vector"].empty:
        return None
    exact = exact_words(results, values)
    pictures = [_picture(results, values), *_by_element(results, values["vector"])]
    return Section(TITLE, [_WORDS, *exact, *diverged_words(results)], pictures, [_table(results)], exact)


def exact_words(results: StudyResults, values: dict[str, pd.DataFrame]) -> list[str]:
    """Which networks are exact under which action, by the largest error of their runs, and a warning where one is under
    none that is built to be; values: action -> rows of its relative error."""
    largest = pd.DataFrame({action: _largest(rows) for action, rows in values.items()})
    exact = largest < ROUND_OFF
    sorts = {
        "Exact under both actions, to round-off": exact["vector"] & exact["scalar"],
        "Exact under the true action only": exact["vector"] & ~exact["scalar"],
        "Exact under the action on scalars only, so off by this much when vectors turn": (
            ~exact["vector"] & exact["scalar"]
        ),
        "Exact under neither, off by this much when vectors turn and when they do not": (
            ~exact["vector"] & ~exact["scalar"]
        ),
    }
    told = [f"{words}: {listed(_named(largest[chosen]))}." for words, chosen in sorts.items() if chosen.any()]
    strict = set(results.runs[results.runs["strict"]]["variant"])
    if broken := [name for name in largest.index[~exact.any(axis=1)] if name in strict]:
        told.append(f"Built to be exact, but not so here: {listed(broken)}. The command equidyn check tells more.")
    return [" ".join(told)] if told else []


def _largest(rows: pd.DataFrame) -> pd.Series:
    """Of each variant's runs that did not diverge."""
    sound = rows[rows["status"] != "diverged"]
    return sound.groupby("variant", sort=False)["value"].max()


def _named(largest: pd.DataFrame) -> list[str]:
    """Names with the errors that are not round-off; of one that is exact when vectors turn, the name alone."""
    told = []
    for row in largest.itertuples():
        off = [number(value, 2) for value in (row.vector, row.scalar) if not value < ROUND_OFF]
        told.append(f"{row.Index} ({' and '.join(off)})" if off and not row.vector < ROUND_OFF else row.Index)
    return told


def _picture(results: StudyResults, values: dict[str, pd.DataFrame]) -> Picture:
    summaries = {action: over_seeds(drawn(results, rows)) for action, rows in values.items()}
    floor = lowest(pd.concat([summary["mean"] for summary in summaries.values()]))
    series = [
        Series(ACTIONS[action], summary.assign(**{key: summary[key].clip(lower=floor) for key in ("mean", "low")}))
        for action, summary in summaries.items()
    ]
    heads, rows = level_labels(results.settings), charted(results.settings)
    chart = dots(series, heads, rows, "equivariance error, relative [1]", log=True, apart=True)
    caption = (
        "Equivariance error under the 24 rotations of the cube, by variant; bars are 95 % intervals over seeds. An "
        "error of 0 is drawn at the left edge."
    )
    alt = "Dots on a logarithmic axis, one row per variant: equivariance error with vectors turned, and without."
    return picture(f"{results.name}-cube-equivariance", caption, alt, chart)


def _by_element(results: StudyResults, vector: pd.DataFrame) -> list[Picture]:
    """A map per dataset of the variants that are not exact."""
    largest = _largest(vector)
    rows = [name for name in charted(results.settings) if largest.get(name, 0.0) >= ROUND_OFF]
    values = results.quantity(MEASURE, "vector.by_element")
    sound = values[(values["status"] != "diverged") & values["variant"].isin(rows)]
    if sound.empty:
        return []
    means = sound.groupby(["dataset", "variant", "index"])["value"].mean()
    maps = [
        Map(head, rows, np.stack([_elements(means, dataset, name) for name in rows]), {})
        for dataset, head in level_labels(results.settings).items()
    ]
    chart = rotation_maps(maps, "equivariance error, relative [1]", "logarithmic")
    caption = (
        "The same error of each rotation by itself, vectors turned, of the variants that are not exact: mean over "
        "seeds. Rotations are named by angle and axis, counter-clockwise seen from its tip; the lines part the "
        "identity, the axes of the grid, the lines through middles of edges, and the diagonals."
    )
    alt = "Maps of shades, one row per variant and one column per rotation of the cube: the darker, the larger."
    return [picture(f"{results.name}-cube-elements", caption, alt, chart)]


def _elements(means: pd.Series, dataset: str, variant: str) -> np.ndarray:
    """(24,), the identity blank, since its error is 0."""
    wanted = [(dataset, variant, element + 1) for element in range(1, CUBE.order)]
    return np.concatenate([[np.nan], means.reindex(wanted).to_numpy()])


def _table(results: StudyResults) -> Table:
    columns = [
        Column(f"{label}, {checkpoint}", f"{MEASURE}.{action}.relative@{checkpoint}", values)
        for action, label in ACTIONS.items()
        for checkpoint in sorted(results.checkpoints, reverse=True)
        if not (values := results.quantity(MEASURE, f"{action}.relative", checkpoint)).empty
    ]
    caption = f"Equivariance error under the 24 rotations of the cube, relative [1]. {over_seeds_words(results)}"
    return case_table(results, f"{results.name}-cube-equivariance", caption, columns)
