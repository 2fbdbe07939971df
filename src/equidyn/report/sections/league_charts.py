"""The league in pictures: the headline number against the cost of a training, and against the symmetry that is left."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from equidyn.report.figures.dots import Guide
from equidyn.report.figures.style import INK, Picture, picture
from equidyn.report.figures.tradeoff import tradeoff
from equidyn.report.gather import StudyResults
from equidyn.report.labels import panel_heads
from equidyn.report.numbers import listed, power
from equidyn.report.sections.quantity_values import Shown
from equidyn.report.sections.section import chart_parts, others_words, panel_words
from equidyn.report.sections.untrained import trained

ROUND_OFF = 1e-5  # relative error below which a network is exact but for float32, and far below what any learns
_GAP = 4.0  # factor between where exact networks stand and the smallest error beside them
_WIDE = 5.0  # largest over smallest headline number beyond which a logarithmic axis shows more


@dataclass(frozen=True)
class Against:
    """What the headline number is drawn against.

    stem: of the file's name; words: in a sentence; label: of the axis; frame: columns dataset, variant, x; floor: as of
    `tradeoff`.
    """

    stem: str
    words: str
    label: str
    frame: pd.DataFrame
    guides: Sequence[Guide] = ()
    floor: float = 0.0


def charts(results: StudyResults, one: Shown, kept: Shown | None, variants: list[str]) -> list[Picture]:
    """One file for each kind of chart and part of the variants; kept: the symmetry that is left, if it was measured."""
    against = [_cost(results, variants), *([_symmetry(results, kept, variants)] if kept else [])]
    return [drawn for each in against for drawn in _drawn(results, one, each)]


def symmetry_name(kept: Shown) -> str:
    """What readers call the error that says how much symmetry is left."""
    label = kept.quantity.label
    return label if "error" in label else f"equivariance error, {label}"


def training_costs(results: StudyResults, variants: list[str]) -> pd.DataFrame:
    """Columns dataset, variant, x: arithmetic of a training, mean of the runs that ended finite; the least is 1.

    Multiply-adds of an answer times samples seen. How many answers a sample asks for, and how much the backward pass
    adds, is the same in all runs of a study. Times would depend on what else the machine did.
    """
    runs = trained(results, results.runs)
    runs = runs[runs["variant"].isin(variants) & (runs["status"] != "diverged")]
    settings = {name: results.settings.training_of(name) for name in variants}
    samples = runs["variant"].map({name: one.batch_size * one.steps_per_epoch for name, one in settings.items()})
    costs = runs.assign(x=runs["multiply_adds"] * runs["epochs"] * samples.astype(float))
    means = costs[costs["x"] > 0].groupby(["dataset", "variant"], sort=False, as_index=False)["x"].mean()
    return means.assign(x=means["x"] / means["x"].min())


def _cost(results: StudyResults, variants: list[str]) -> Against:
    words = "the arithmetic of a training: multiply-adds of an answer, times samples seen; the cheapest is 1."
    if names := _adds(results, variants):
        words += f" Not counted is what the training of these does besides: {listed(names)}."
    return Against("cost", words, "cost of a training [cheapest = 1]", training_costs(results, variants))


def _adds(results: StudyResults, variants: list[str]) -> list[str]:
    """Variants trained on more than answers to the samples, such as turned copies, or with parts left out later."""
    counts = results.runs.groupby("variant", sort=False)[["parameters", "trained_parameters"]].max()
    more = counts["trained_parameters"] > counts["parameters"]
    return [name for name in variants if results.settings.variants[name].treatment or more[name]]


def _symmetry(results: StudyResults, kept: Shown, variants: list[str]) -> Against:
    name = symmetry_name(kept)
    frame = kept.estimates.rename(columns={"mean": "x"})[["dataset", "variant", "x"]].dropna(subset="x")
    frame = frame[frame["variant"].isin(variants)]
    above = frame["x"][frame["x"] >= ROUND_OFF]
    edge = above.min() / _GAP if len(above) else ROUND_OFF
    words, guides, floor = f"its {name}.", _levels(results, kept, edge), 0.0
    if (frame["x"] < ROUND_OFF).any() or edge in [level for guide in guides for level in guide.values.values()]:
        words += f" At the left edge: below {power(ROUND_OFF)}, which is round-off."
        floor = edge * _GAP**0.5
        guides.append(Guide("left: round-off", dict.fromkeys(results.datasets, floor), {"linestyle": ":"}))
    return Against("symmetry", words, name, frame.assign(x=_clipped(frame["x"], edge)), guides, floor)


def _clipped(errors: pd.Series, edge: float) -> pd.Series:
    return errors.mask(errors < ROUND_OFF, edge)


def _levels(results: StudyResults, kept: Shown, edge: float) -> list[Guide]:
    """What the error is held against, such as the data's own, where it is known on all datasets."""
    levels = {name: _clipped(rows.set_index("dataset")["value"], edge) for name, rows in kept.baselines.items()}
    look = {"color": INK, "linestyle": "--"}
    whole = {name: level for name, level in levels.items() if set(results.datasets) <= set(level.index)}
    return [Guide(name, level.to_dict(), look) for name, level in whole.items()]


def _drawn(results: StudyResults, one: Shown, against: Against) -> list[Picture]:
    whole = one.estimates.dropna(subset="mean").merge(against.frame, on=["dataset", "variant"])
    heads = {name: head for name, head in panel_heads(results.settings).items() if name in set(whole["dataset"])}
    log = one.quantity.scale == "log" and whole["mean"].max() > _WIDE * whole["mean"].min()
    labels = (against.label, one.label)
    return [
        picture(
            f"{results.name}--league-{against.stem}{part.suffix}",
            f"League: {one.quantity.label}, mean over seeds, against {against.words}"
            f"{part.words}{others_words(whole, part)}{panel_words(results)}",
            f"Marks, one per variant and one panel per dataset: {one.quantity.label} against {against.label}.",
            tradeoff(part.of(whole), whole, heads, labels, uprights=against.guides, floor=against.floor, log=log),
        )
        for part in chart_parts(results)
        if len(part.of(whole))
    ]
