"""The compared networks: how each imposes symmetry, whether they match in parameters, and what a step of each costs."""

import math

import pandas as pd

from equidyn.core.params.variant import Variant
from equidyn.domains.digits.report import variants_of_images
from equidyn.domains.sets.report import variants_of_sets
from equidyn.domains.smoke.report.regulariser import TITLE as REGULARISER
from equidyn.domains.turbulence.report import variants_of_volumes
from equidyn.report.families import MOST, charted, is_published
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import duration, listed
from equidyn.report.published import published
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table

TITLE = "Variants"
TOLERANCE = 0.05
# Kinds of task whose variants have a table of their own; of the others it is the one below, of fields.
_ROOMS = {
    "classify_sets": variants_of_sets,
    "reconstruct": variants_of_images,
    "classify_images": variants_of_images,
    "upscale": variants_of_volumes,
}
HEADS = {
    "strict": "exactly equivariant",
    "trained_parameters": "parameters in training",
    "multiply_adds": "multiply-adds per cell and step",
    "to_middle": "parameters, to the middle",
    "published_parameters": "parameters, published network",
}


def section(results: StudyResults) -> Section:
    """Parameters of each variant against the middle of those compared, and its arithmetic and time per step.

    Of sets, images and volumes there are tables of their own; what an answer costs has a section there.
    """
    if room := _ROOMS.get(results.settings.task.kind):
        training = {name: _training(variant) for name, variant in results.settings.variants.items()}
        table = room.table(results, training)
        return Section(TITLE, [room.match_words(table.data)], tables=[table])
    rows = [_row(results, name) for name in results.variants]
    middle = _middle(rows)
    frame = pd.DataFrame(rows).assign(to_middle=lambda table: table["parameters"] / middle - 1)
    frame = frame.astype({"published_parameters": "Int64"})
    table = Table(f"{results.name}-variants", "The variants as they were built.", frame, _view(frame))
    words = [_match_words(frame, middle), _compute_words(frame), time_words(results), *_more_words(results, frame)]
    return Section(TITLE, words, tables=[table])


def _middle(rows: list[dict]) -> float:
    """Of the range of parameters, without variants as published, which keep their own sizes."""
    counts = [row["parameters"] for row in rows if not row["as_published"]] or [row["parameters"] for row in rows]
    return (min(counts) + max(counts)) / 2


def _row(results: StudyResults, name: str) -> dict:
    runs = results.runs[results.runs["variant"] == name]
    variant = results.settings.variants[name]
    family = variant.model.rpartition("/")[2]
    known = published().networks.of(family, results.settings.task.input_frames)
    return {
        "variant": name,
        "model": variant.model,
        "options": ", ".join(f"{key} {value}" for key, value in variant.options.items()),
        "training": _training(variant),
        "strict": bool(runs["strict"].all()),
        "parameters": int(runs["parameters"].iloc[0]),
        "trained_parameters": int(runs["trained_parameters"].iloc[0]),
        "published_parameters": known.parameters if known else None,
        "multiply_adds": int(runs["multiply_adds"].iloc[0]),
        "as_published": is_published(results.settings, name),
    }


def _training(variant: Variant) -> str:
    """How a variant is trained otherwise than the study says."""
    told = [] if variant.augment == "none" else [f"augment {variant.augment}"]
    if variant.equivariance_penalty:
        told.append(f"equivariance_penalty {variant.equivariance_penalty:g}")
    changes = variant.training.model_dump(exclude_unset=True) if variant.training else {}
    return ", ".join([*told, *(f"{key} {value}" for key, value in changes.items())]) or "–"


def _view(frame: pd.DataFrame) -> pd.DataFrame:
    counts = {
        name: [_count(value) for value in frame[name]]
        for name in ("parameters", "trained_parameters", "published_parameters", "multiply_adds")
    }
    view = frame.assign(
        **counts,
        strict=frame["strict"].map({True: "yes", False: "no"}),
        to_middle=frame["to_middle"].map("{:+.1%}".format).str.replace("%", " %"),
    ).drop(columns="as_published")
    if (frame["trained_parameters"] == frame["parameters"]).all():
        view = view.drop(columns="trained_parameters")
    if frame["published_parameters"].isna().all():
        view = view.drop(columns="published_parameters")
    return view.rename(columns=HEADS)


def _count(value: int | None) -> str:
    return "–" if pd.isna(value) else f"{value:,}"


def time_words(results: StudyResults) -> str:
    """Wall time of a step; in words, since tables and figures are the same whatever the clock says."""
    times = step_seconds(results)
    told = [f"{name} {duration(seconds)}" for name, seconds in times.items() if math.isfinite(seconds)]
    return (
        "Time of a training step, as the wall time of training over its optimiser steps (validation after each epoch "
        f"is in it, and so is what else the machine did): {listed(told)}."
    )


def step_seconds(results: StudyResults) -> dict[str, float]:
    """Variant -> mean over its runs of wall time of training per optimiser step [s]; NaN where no step was made."""
    runs = results.runs
    steps = runs["epochs"] * runs["variant"].map(lambda name: results.settings.training_of(name).steps_per_epoch)
    seconds = runs["train_seconds"] / steps.where(steps > 0)
    return seconds.groupby(runs["variant"], sort=False).mean().to_dict()


def _more_words(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """What a reader of the table may ask."""
    words = []
    if hidden := [name for name in results.variants if name not in charted(results.settings)]:
        words.append(
            f"Charts tell at most {MOST} variants apart, so what differs from another variant in alpha only is drawn "
            f"in the section {REGULARISER} and left out elsewhere; every table has it: {listed(hidden)}."
        )
    shed = frame[frame["trained_parameters"] > frame["parameters"]]["variant"].tolist()
    if shed:
        words.append(
            f"{listed(shed)} {'has' if len(shed) == 1 else 'have'} more parameters in training than in use: what "
            "breaks the symmetry is faded out and left out at the end."
        )
    built = frame[frame["as_published"]]["variant"].tolist()
    if built:
        words.append(f"Built as the published code does, oddities included, for the audit: {listed(built)}.")
    return words


def _match_words(frame: pd.DataFrame, middle: float) -> str:
    compared = frame[~frame["as_published"]]
    off = compared[compared["to_middle"].abs() > TOLERANCE]
    kept = "" if len(compared) == len(frame) else " Those built as published keep their own sizes."
    if off.empty:
        return f"The compared variants match in parameters: each is within 5 % of {middle:,.0f}.{kept}"
    named = [f"{row.variant} ({row.parameters:,}, {100 * row.to_middle:+.0f} %)" for row in off.itertuples()]
    return (
        f"Not matched: {listed(named)} {'is' if len(off) == 1 else 'are'} more than 5 % off {middle:,.0f} parameters, "
        f"the middle of the range; read a comparison with {'it' if len(off) == 1 else 'them'} with that in mind.{kept}"
    )


def _compute_words(frame: pd.DataFrame) -> str:
    """Sharing weights over a group makes a network larger at equal parameters, which a reader must know."""
    least, most = (frame.loc[frame["multiply_adds"].agg(end)] for end in ("idxmin", "idxmax"))
    ratio = most["multiply_adds"] / least["multiply_adds"]
    if ratio < 1 + TOLERANCE:
        return "They match in arithmetic too."
    return (
        f"They do not match in arithmetic: {most['variant']} does {ratio:.1f} times that of {least['variant']}, since "
        "a weight that is shared over a group is used once per group element. Equal parameters is not equal compute."
    )
