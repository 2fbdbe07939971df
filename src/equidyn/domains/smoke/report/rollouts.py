"""Rollouts to look at: one test window, of the data that are farthest from symmetric and not at rest."""

import math

import numpy as np

from equidyn.core.params.study import Cell
from equidyn.domains.smoke.report.animation import animate
from equidyn.domains.smoke.report.example import Example
from equidyn.domains.smoke.report.figures.fields import rollouts
from equidyn.report.cells import read_arrays
from equidyn.report.families import charted
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.section import Section
from equidyn.report.statistics import over_seeds

TITLE = "Rollouts"
MOVING = 0.1  # least rms velocity of a window worth a picture, in units of the data's


def section(results: StudyResults) -> Section | None:
    """Truth, predictions and errors of the first seed, and the most accurate variant in motion."""
    if results.settings.task.kind != "rollout" or not results.answers:
        return None
    dataset = _level(results)
    examples = {name: _example(results, dataset, name) for name in charted(results.settings)}
    level = level_labels(results.settings)[dataset]
    split = f" of the split {results.tests[0]}" if len(results.tests) > 1 else ""
    where = f"liveliest test window{split} at {level}, seed {results.settings.seeds[0]}"
    return Section(TITLE, [], [_stills(results, examples, dataset, where), _motion(results, examples, dataset, where)])


def _example(results: StudyResults, dataset: str, variant: str) -> Example:
    return read_arrays(Cell(results.name, dataset, variant, results.settings.seeds[0]), Example)


def _level(results: StudyResults) -> str:
    """The dataset that is farthest from symmetric, among those whose example moves (at eps = 1, "up" is at rest)."""
    errors = results.data_error("pairwise")
    ranked = sorted(results.datasets, key=lambda name: -errors[name] if math.isfinite(errors[name]) else 0.0)
    moving = (name for name in ranked if _rms(_example(results, name, results.variants[0]).truth) > MOVING)
    return next(moving, ranked[0])


def _rms(velocity: np.ndarray) -> float:
    return float(np.sqrt(np.square(velocity, dtype=np.float64).mean()))


def _stills(results: StudyResults, examples: dict[str, Example], dataset: str, where: str) -> Picture:
    count = len(next(iter(examples.values())).truth)
    steps = sorted({1, (count + 1) // 2, count})
    labelled = {f"{name}{_fate(results, dataset, name)}": example for name, example in examples.items()}
    return picture(
        f"{results.name}--rollouts",
        f"Speed and error of rollouts: {where}. All speeds share one colour scale, and so do all errors.",
        "Grid of pictures: the true speed at several steps, and each variant's prediction with its last error.",
        rollouts(labelled, steps),
    )


def _fate(results: StudyResults, dataset: str, variant: str) -> str:
    """A mark for a run that diverged."""
    runs = results.runs
    first = runs[(runs["dataset"] == dataset) & (runs["variant"] == variant)].iloc[0]
    return "\n(diverged)" if first["status"] == "diverged" else ""


def _motion(results: StudyResults, examples: dict[str, Example], dataset: str, where: str) -> Picture:
    variant = _most_accurate(results, dataset)
    return Picture(
        f"{results.name}--rollout",
        f"The rollout of {variant} in motion: {where}.",
        f"Animation of true speed, predicted speed and error of {variant} over the steps of one rollout.",
        {"gif": animate(_example(results, dataset, variant))},
    )


def _most_accurate(results: StudyResults, dataset: str) -> str:
    values = results.quantity("error", "rmse")
    ranked = over_seeds(values[values["dataset"] == dataset]).dropna(subset="mean").sort_values("mean", kind="stable")
    return results.variants[0] if ranked.empty else str(ranked["variant"].iloc[0])
