"""The variants that upscale a flow in three dimensions: what symmetry each imposes, and which match in parameters."""

from typing import Any

import pandas as pd

from equidyn.domains.digits.report import variants_of_images
from equidyn.report.families import is_published, options
from equidyn.report.gather import StudyResults
from equidyn.report.numbers import listed
from equidyn.report.published import published
from equidyn.report.tables import Table

_HEADS = {
    "imposed": "symmetry imposed",
    "strict": "exactly equivariant",
    "trained_parameters": "parameters in training",
    "published_parameters": "parameters, published network",
    "multiply_adds": "multiply-adds per voxel",
}
_COMPONENTS = {"vector": "24 rotations, vectors turned", "scalar": "24 rotations, components as scalars"}
# Model file -> what it does with the symmetry that its components have; others impose none.
_IMPOSED = {
    "trilinear": "24 rotations, vectors turned, by interpolation alone",
    "volume_gcnn": "{}",
    "volume_rgcnn": "relaxed from {}",
    "volume_anneal": "{}; trained relaxed, used exact",
}


def table(results: StudyResults, training: dict[str, str]) -> Table:
    """One row per variant; training: variant -> how it is trained otherwise than the study says."""
    frame = pd.DataFrame([_row(results, name, training[name]) for name in results.variants])
    frame = frame.astype({"published_parameters": "Int64"})
    counted = ("parameters", "trained_parameters", "published_parameters", "multiply_adds")
    counts = {name: [_count(value) for value in frame[name]] for name in counted}
    view = frame.assign(**counts, strict=frame["strict"].map({True: "yes", False: "no"})).drop(columns="as_published")
    if (frame["trained_parameters"] == frame["parameters"]).all():
        view = view.drop(columns="trained_parameters")
    if frame["published_parameters"].isna().all():
        view = view.drop(columns="published_parameters")
    caption = "The variants as they were built. Exactly equivariant: under what is imposed, whatever the weights."
    return Table(f"{results.name}-variants", caption, frame, view.rename(columns=_HEADS))


def match_words(frame: pd.DataFrame) -> str:
    """Which variants have about as many parameters as which others, and what a reader must know beside that.

    frame: as in the table. Those without weights, and those built as published, are not held against the others.
    """
    compared = frame[(frame["parameters"] > 0) & ~frame["as_published"]]
    words = [variants_of_images.match_words(compared)] if len(compared) else []
    return " ".join([*words, *_size_words(frame), *_scalar_words(frame)])


def _size_words(frame: pd.DataFrame) -> list[str]:
    """Which variants have sizes of their own kind."""
    without = frame[frame["trained_parameters"] == 0]["variant"].tolist()
    shed = frame[frame["trained_parameters"] > frame["parameters"]]["variant"].tolist()
    kept = frame[frame["as_published"]]["variant"].tolist()
    told = {
        f"{_have(without)} no weights: nothing to train, and nothing to match.": without,
        f"{_have(shed)} more parameters in training than in use: what breaks the symmetry is faded out and left out at "
        "the end.": shed,
        f"{_have(kept)} the published size, built as the published code does.": kept,
    }
    return [words for words, names in told.items() if names]


def _have(names: list[str]) -> str:
    return f"{listed(names)} {'has' if len(names) == 1 else 'have'}"


def _scalar_words(frame: pd.DataFrame) -> list[str]:
    """What is meant by components that are taken for scalars, where a variant takes them so."""
    if not frame["imposed"].str.contains(_COMPONENTS["scalar"], regex=False).any():
        return []
    return [
        "Components as scalars: voxels are turned and (vx, vy, vz) left as they are, as in the published nets; no flow "
        "has that symmetry."
    ]


def _row(results: StudyResults, name: str, training: str) -> dict[str, Any]:
    runs = results.runs[results.runs["variant"] == name]
    variant, chosen = results.settings.variants[name], options(results.settings, name)
    return {
        "variant": name,
        "model": variant.model,
        "options": ", ".join(f"{key} {value}" for key, value in variant.options.items()) or "–",
        "imposed": _imposed(variant.model, chosen),
        "training": training,
        "strict": bool(runs["strict"].all()),
        "parameters": int(runs["parameters"].iloc[0]),
        "trained_parameters": int(runs["trained_parameters"].iloc[0]),
        "published_parameters": _published(variant.model, chosen),
        "multiply_adds": int(runs["multiply_adds"].iloc[0]),
        "as_published": is_published(results.settings, name),
    }


def _imposed(model: str, chosen: dict[str, Any]) -> str:
    """The symmetry that a model imposes, in words."""
    return _IMPOSED.get(model, "none").format(_COMPONENTS.get(chosen.get("components", ""), ""))


def _published(model: str, chosen: dict[str, Any]) -> int | None:
    """Parameters of the published network that is built alike, None if there is none."""
    rows = [row for row in published().super_resolution.rows if row.model == model]
    alike = [row for row in rows if all(chosen.get(key) == value for key, value in row.options.items())]
    return alike[0].parameters if alike else None


def _count(value: int | None) -> str:
    return "–" if pd.isna(value) else f"{value:,}"
