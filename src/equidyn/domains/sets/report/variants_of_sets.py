"""The variants that classify sets: how each imposes symmetry, and which match in parameters."""

import pandas as pd

from equidyn.core.params.variant import Variant
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import listed
from equidyn.report.tables import Table

_TOLERANCE = 0.05
_HEADS = {"imposed": "symmetry imposed by", "strict": "exactly invariant", "multiply_adds": "multiply-adds per set"}


def table(results: StudyResults, training: dict[str, str]) -> Table:
    """One row per variant; training: variant -> how it is trained otherwise than the study says."""
    frame = pd.DataFrame([_row(results, name, training[name]) for name in results.variants])
    counts = {name: frame[name].map("{:,}".format) for name in ("parameters", "multiply_adds")}
    view = frame.assign(**counts, strict=frame["strict"].map({True: "yes", False: "no"})).rename(columns=_HEADS)
    caption = "The variants as they were built. Exactly invariant: under what is imposed, whatever the weights."
    return Table(f"{results.name}-variants", caption, frame, view)


def matched(frame: pd.DataFrame) -> pd.Series:
    """Whether each variant has about as many parameters as the middle one; frame: column parameters."""
    return (frame["parameters"] / _middle(frame) - 1).abs() <= _TOLERANCE


def match_words(frame: pd.DataFrame) -> str:
    """Which variants have other numbers of parameters than most; frame: columns variant, parameters."""
    middle, off = _middle(frame), frame[~matched(frame)]
    if off.empty:
        return f"The variants match in parameters: each is within 5 % of {middle:,.0f}."
    named = [f"{row.variant} ({row.parameters:,})" for row in off.itertuples()]
    return (
        f"{len(frame) - len(off)} of {len(frame)} variants match in parameters, within 5 % of {middle:,.0f}; the "
        f"{'other is' if len(off) == 1 else 'others are'} {listed(named)}."
    )


def _middle(frame: pd.DataFrame) -> int:
    """The median number of parameters, or the one above it: a number that some variant has."""
    return int(frame["parameters"].quantile(0.5, interpolation="higher"))


def _row(results: StudyResults, name: str, training: str) -> dict:
    runs = results.runs[results.runs["variant"] == name]
    variant, strict = results.settings.variants[name], bool(runs["strict"].all())
    return {
        "variant": name,
        "model": variant.model,
        "options": _told(variant.options),
        "imposed": _imposed(variant, strict),
        "training": training,
        "strict": strict,
        "parameters": int(runs["parameters"].iloc[0]),
        "multiply_adds": int(runs["multiply_adds"].iloc[0]),
    }


def _imposed(variant: Variant, strict: bool) -> str:
    """How a variant imposes symmetry: from outside, by its layers, or not at all."""
    if variant.impose is None:
        return "its layers" if strict else "–"
    told = _told(variant.impose.options)
    return f"{variant.impose.by} ({told})" if told else variant.impose.by


def _told(options: dict) -> str:
    return ", ".join(f"{key} {value}" for key, value in options.items())
