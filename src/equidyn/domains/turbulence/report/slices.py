"""A slice of one test box to look at: what a network is asked, what is right, and what each one answers."""

import numpy as np

from equidyn.core.params.study import Cell
from equidyn.domains.turbulence.report.example import Slices
from equidyn.domains.turbulence.report.figures.slices import Pane, slices
from equidyn.domains.turbulence.report.wording import VELOCITY_UNIT
from equidyn.report.cells import read_arrays
from equidyn.report.families import charted
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.section import Section
from equidyn.report.sections.untrained import untrained

TITLE = "Slices"
_WORDS = (
    "Speed is the length of the whole velocity vector, and the error that of the difference of two vectors, so that a "
    "wrong direction shows as well as a wrong speed. A blurred field is also a slower one."
)


def section(results: StudyResults) -> Section | None:
    """The first and the last dataset: speed and error of the networks of the first seed."""
    if results.settings.task.kind != "upscale" or not results.answers:
        return None
    shown = list(dict.fromkeys((results.datasets[0], results.datasets[-1])))
    return Section(TITLE, [_WORDS], [_picture(results, dataset, _examples(results, dataset)) for dataset in shown])


def speed(velocity: np.ndarray) -> np.ndarray:
    """Magnitude of a vector field, (3, y, x) -> (y, x)."""
    return np.sqrt(np.square(velocity.astype(np.float64)).sum(0))


def _examples(results: StudyResults, dataset: str) -> dict[str, Slices]:
    """Variant -> its example, of the first seed."""
    seed = results.settings.seeds[0]
    return {name: read_arrays(Cell(results.name, dataset, name, seed), Slices) for name in charted(results.settings)}


def _picture(results: StudyResults, dataset: str, examples: dict[str, Slices]) -> Picture:
    first = next(iter(examples.values()))
    factor = results.settings.source.factor
    coarse = np.kron(speed(first.input), np.ones((factor, factor)))
    panes = [Pane("truth", speed(first.truth)), Pane("input", coarse)]
    if not untrained(results):
        panes.append(_answer("trilinear", first.trilinear, first.truth))
    panes += [_answer(_fated(results, dataset, name), one.prediction, one.truth) for name, one in examples.items()]
    where = f"slice half way up the liveliest test box at {level_labels(results.settings)[dataset]}"
    caption = (
        f"Speed, and below it the error of the answers: {where}, networks of seed {results.settings.seeds[0]}. All "
        "speeds share one colour scale, and so do all errors."
    )
    alt = "Pictures of a slice: the true speed, the coarse input, and for each variant its answer and where it is off."
    suffix = "" if dataset == results.datasets[0] else f"-{dataset}"
    return picture(f"{results.name}--slices{suffix}", caption, alt, slices(panes, VELOCITY_UNIT))


def _answer(name: str, velocity: np.ndarray, truth: np.ndarray) -> Pane:
    return Pane(name, speed(velocity), speed(velocity.astype(np.float64) - truth))


def _fated(results: StudyResults, dataset: str, variant: str) -> str:
    """The name of a variant, with a mark if its run in the picture diverged."""
    runs = results.runs
    first = runs[(runs["dataset"] == dataset) & (runs["variant"] == variant)].iloc[0]
    return f"{variant}\n(diverged)" if first["status"] == "diverged" else variant
