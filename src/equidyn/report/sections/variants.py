"""The compared networks: how each imposes symmetry, which match in parameters, and what a step of each costs."""

import math
from typing import Any

import pandas as pd

from equidyn.core.params.variant import Variant
from equidyn.report.families import MOST, charted, is_published
from equidyn.report.gather import StudyResults
from equidyn.report.moves import budget_words, moves, signed
from equidyn.report.numbers import counted, duration, listed
from equidyn.report.own import own
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table
from equidyn.report.wording import wording

TITLE = "Variants"
TOLERANCE = 0.05
COMPUTE_TOLERANCE = 0.12  # of multiply-adds: a field more or less of a small net is as much
_COUNTS = ("parameters", "trained_parameters", "published_parameters", "multiply_adds")
_MOVES = ["move", "least", "most"]
_HEADS = {
    "imposed": "symmetry imposed",
    "strict": "exact by construction",
    "trained_parameters": "parameters in training",
    "published_parameters": "parameters, published network",
}


def section(results: StudyResults) -> Section:
    """What each variant is, how large, and which of them are of one size."""
    frame = pd.DataFrame([_row(results, name) for name in results.variants]).astype({"published_parameters": "Int64"})
    caption = "The variants as they were built. Exact: under what is imposed, whatever the weights."
    if results.controls is not None:
        frame = frame.merge(moves(results), how="left", on="variant")
        caption += f" Last: relative change of the error with {budget_words(results)}, mean (smallest to largest)."
    table = Table(f"{results.name}--variants", caption, frame, _view(results, frame))
    compared = frame[(frame["parameters"] > 0) & ~frame["as_published"]]
    words = [match_words(compared), *compute_words(compared)] if len(compared) > 1 else []
    words += _more_words(results, frame)
    return Section(TITLE, [*words, *own(results.settings.home, "variants", "words", _no_words)(frame)], tables=[table])


def matched(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows (column parameters) in parts that match: each has at most 5 % more than the least of its part.

    Nets that share weights over a group have a fraction of the parameters of plain ones of the same width, so that
    there may be several parts, the smallest first.
    """
    parts: list[list[int]] = []
    least = 0
    for row, count in frame["parameters"].sort_values(kind="stable").items():
        if not parts or count > (1 + TOLERANCE) * least:
            parts.append([])
            least = count
        parts[-1].append(row)
    return [frame.loc[sorted(rows)] for rows in parts]


def match_words(frame: pd.DataFrame) -> str:
    """Which variants have about as many parameters as which others; frame: columns variant, parameters."""
    parts = matched(frame)
    equal, alone = [part for part in parts if len(part) > 1], [part for part in parts if len(part) == 1]
    groups = [f"{listed(part['variant'].tolist())} ({_range(part)})" for part in equal]
    names = [f"{part['variant'].iloc[0]} ({_range(part)})" for part in alone]
    if not equal:
        return f"No two variants match in parameters, within 5 %: {listed(names)}."
    if len(parts) == 1:
        return f"The variants match in parameters, within 5 % ({_range(frame)})."
    rest = f" Without a match in parameters: {listed(names)}." if names else ""
    return f"These match in parameters, within 5 %: {'; '.join(groups)}. Compare within such a group only.{rest}"


def compute_words(frame: pd.DataFrame) -> list[str]:
    """Which variants without a match in parameters do as much arithmetic as another (column multiply_adds)."""
    alone = pd.concat([part for part in matched(frame) if len(part) == 1] or [frame.head(0)])
    pairs = [
        f"{row.variant} ({row.parameters:,} parameters) with {listed(near['variant'].tolist())} "
        f"({row.multiply_adds:,} against {_range(near, 'multiply_adds')})"
        for row in alone.itertuples()
        if len(near := _of_equal_compute(frame, row))
    ]
    said = f"These match in multiply-adds instead, within {100 * COMPUTE_TOLERANCE:.0f} %: {'; '.join(pairs)}."
    return [f"{said} What a strict net gains over a plain one is to hold in both comparisons."] if pairs else []


def _of_equal_compute(frame: pd.DataFrame, row: Any) -> pd.DataFrame:
    ratios = frame["multiply_adds"] / row.multiply_adds
    least = 1 / (1 + COMPUTE_TOLERANCE)
    return frame[(frame["variant"] != row.variant) & ratios.between(least, 1 + COMPUTE_TOLERANCE)]


def time_words(results: StudyResults) -> str:
    """Wall time of a step; in words, since tables and figures are the same whatever the clock says."""
    times = step_seconds(results)
    known = [f"{name} {duration(seconds)}" for name, seconds in times.items() if math.isfinite(seconds)]
    return (
        "Time of a training step, as the wall time of training over its optimiser steps (validation after each epoch "
        f"is in it, and so is what else the machine did): {listed(known)}."
    )


def step_seconds(results: StudyResults) -> dict[str, float]:
    """Variant -> mean over its runs of wall time of training per optimiser step [s]; NaN where no step was made."""
    runs = results.runs
    steps = runs["epochs"] * runs["variant"].map(lambda name: results.settings.training_of(name).steps_per_epoch)
    seconds = runs["train_seconds"] / steps.where(steps > 0)
    return seconds.groupby(runs["variant"], sort=False).mean().to_dict()


def _no_words(frame: pd.DataFrame) -> list[str]:
    return []


def _row(results: StudyResults, name: str) -> dict[str, Any]:
    study, runs = results.settings, results.runs[results.runs["variant"] == name]
    variant, strict = study.variants[name], bool(runs["strict"].all())
    imposed = own(study.home, "variants", "imposed", lambda study, name, strict: "–")
    published = own(study.home, "variants", "published_parameters", lambda study, name: None)
    return {
        "variant": name,
        "model": variant.network,
        "options": _listed(variant.options | (variant.relax.options if variant.relax else {})) or "–",
        "imposed": imposed(study, name, strict),
        "training": _training(variant),
        "strict": strict,
        "parameters": int(runs["parameters"].iloc[0]),
        "trained_parameters": int(runs["trained_parameters"].iloc[0]),
        "published_parameters": published(study, name),
        "multiply_adds": int(runs["multiply_adds"].iloc[0]),
        "as_published": is_published(study, name),
    }


def _listed(options: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in options.items())


def _training(variant: Variant) -> str:
    """How a variant is trained otherwise than the study says."""
    parts = [] if variant.augment == "none" else [f"augment {variant.augment}"]
    if variant.treatment:
        given = _listed(variant.treatment.options)
        parts.append(f"treatment {variant.treatment.by}" + f" ({given})" * bool(given))
    changes = variant.training.model_dump(exclude_unset=True) if variant.training else {}
    return ", ".join([*parts, *(f"{key} {value}" for key, value in changes.items())]) or "–"


def _view(results: StudyResults, frame: pd.DataFrame) -> pd.DataFrame:
    """Without columns in which nothing stands."""
    counts = {name: ["–" if pd.isna(value) else f"{value:,}" for value in frame[name]] for name in _COUNTS}
    view = frame.assign(**counts, strict=frame["strict"].map({True: "yes", False: "no"})).drop(columns="as_published")
    if "move" in frame:
        moved = [_moved(*row) for row in frame[_MOVES].itertuples(index=False)]
        view = view.drop(columns=_MOVES).assign(**{f"error with {budget_words(results)}": moved})
    if (frame["trained_parameters"] == frame["parameters"]).all():
        view = view.drop(columns="trained_parameters")
    empty = [column for column in ("imposed", "published_parameters") if (view[column] == "–").all()]
    heads = _HEADS | {"multiply_adds": f"multiply-adds per {wording(results.settings).per}"}
    return view.drop(columns=empty).rename(columns=heads)


def _moved(mean: float, least: float, most: float) -> str:
    return "–" if pd.isna(mean) else f"{signed(mean)} ({signed(least)} to {signed(most)})"


def _more_words(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """What a reader of the table may ask."""
    hidden = [name for name in results.variants if name not in charted(results.settings)]
    without = frame[frame["trained_parameters"] == 0]["variant"].tolist()
    faded = frame[frame["trained_parameters"] > frame["parameters"]]["variant"].tolist()
    built = frame[frame["as_published"]]["variant"].tolist()
    words = {
        f"Charts show at most {counted(MOST, 'variant')}, so one that differs from another in alpha only is left out "
        f"of them; every table has it: {listed(hidden)}.": hidden,
        f"Without weights, so that nothing is trained: {listed(without)}.": without,
        "With more parameters in training than in use, since what breaks the symmetry is faded out and left out at the "
        f"end: {listed(faded)}.": faded,
        "Built as the published code does, oddities included, for the audit, and with sizes of their own: "
        f"{listed(built)}.": built,
    }
    return [sentence for sentence, names in words.items() if names]


def _range(part: pd.DataFrame, column: str = "parameters") -> str:
    ends = dict.fromkeys(f"{count:,}" for count in (part[column].min(), part[column].max()))
    return " to ".join(ends)
