"""The variants that work on images: how each imposes symmetry, and which match in parameters."""

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.numbers import listed
from equidyn.report.tables import Table

_TOLERANCE = 0.05
_HEADS = {"strict": "exactly equivariant", "multiply_adds": "multiply-adds per image"}


def table(results: StudyResults, training: dict[str, str]) -> Table:
    """One row per variant; training: variant -> how it is trained otherwise than the study says."""
    frame = pd.DataFrame([_row(results, name, training[name]) for name in results.variants])
    counts = {name: frame[name].map("{:,}".format) for name in ("parameters", "multiply_adds")}
    view = frame.assign(**counts, strict=frame["strict"].map({True: "yes", False: "no"})).rename(columns=_HEADS)
    caption = "The variants as they were built. Exactly equivariant: under quarter turns, whatever the weights."
    return Table(f"{results.name}-variants", caption, frame, view)


def matched(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows (column parameters) in parts that match: each has at most 5 % more than the least of its part.

    Nets that share weights over a group have a fraction of the parameters of plain ones of the same width, so that
    there may be several parts, the smallest first.
    """
    parts: list[list[int]] = []
    least = 0
    for row, count in frame["parameters"].sort_values(kind="stable").items():
        if not parts or count > (1 + _TOLERANCE) * least:
            parts.append([])
            least = count
        parts[-1].append(row)
    return [frame.loc[sorted(rows)] for rows in parts]


def match_words(frame: pd.DataFrame) -> str:
    """Which variants have about as many parameters as which others; frame: columns variant, parameters."""
    parts = matched(frame)
    equal, alone = [part for part in parts if len(part) > 1], [part for part in parts if len(part) == 1]
    told = [f"{listed(part['variant'].tolist())} ({_range(part)})" for part in equal]
    names = [f"{part['variant'].iloc[0]} ({_range(part)})" for part in alone]
    if not equal:
        return f"No two variants match in parameters, within 5 %: {listed(names)}."
    if len(parts) == 1:
        return f"The variants match in parameters, within 5 % ({_range(frame)})."
    rest = f" {listed(names)} {'matches' if len(names) == 1 else 'match'} no other." if names else ""
    return f"These match in parameters, within 5 %: {'; '.join(told)}. Compare within such a group only.{rest}"


def _range(part: pd.DataFrame) -> str:
    ends = dict.fromkeys(f"{count:,}" for count in (part["parameters"].min(), part["parameters"].max()))
    return " to ".join(ends)


def _row(results: StudyResults, name: str, training: str) -> dict:
    runs = results.runs[results.runs["variant"] == name]
    variant = results.settings.variants[name]
    return {
        "variant": name,
        "model": variant.model,
        "options": ", ".join(f"{key} {value}" for key, value in variant.options.items()) or "–",
        "training": training,
        "strict": bool(runs["strict"].all()),
        "parameters": int(runs["parameters"].iloc[0]),
        "multiply_adds": int(runs["multiply_adds"].iloc[0]),
    }
