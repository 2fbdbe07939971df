"""The tables of super-resolution: ours beside the published numbers, and the parts of the error."""

from collections.abc import Iterator

import pandas as pd

from equidyn.domains.turbulence.report.published import UpscaleRow, alike, figures
from equidyn.domains.turbulence.report.wording import VELOCITY_UNIT
from equidyn.report.families import options
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text, listed, number
from equidyn.report.published import Spread, differing
from equidyn.report.sections.cases import Column, case_table
from equidyn.report.sections.section import over_seeds_words
from equidyn.report.sections.untrained import untrained
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table

MEASURE = "super_resolution"
REFERENCES = {
    "trilinear": "trilinear interpolation",
    "spectral": "exact Fourier interpolation",
    "mean": "mean flow (0) as the answer",
}
_FORMS = ("paper", "blog")
_PARTS = {"rmse": "RMSE", "divergence": "divergence over gradient [1]"}
_COMPONENTS = ("vx", "vy", "vz")


def headline(results: StudyResults) -> Table:
    """One row per variant, MAE per dataset, the published numbers beside; below, what can be had without training."""
    heads = level_labels(results.settings)
    summary = over_seeds(results.quantity(MEASURE, "mae"))
    texts = {(row["dataset"], row["variant"]): estimate_text(row) for _, row in summary.iterrows()}
    counts = results.runs.groupby("variant")["parameters"].first().map("{:,}".format)
    rows = [
        [
            *_published_cells(row),
            variant or "not run",
            counts.get(variant, "–"),
            *(texts.get((dataset, variant), "–") for dataset in heads),
        ]
        for row, variant in _rows(results)
    ]
    known = ["published network", *_FORMS, "its parameters", "our variant", "our parameters"]
    columns = [*known, *(f"ours, {head} [{VELOCITY_UNIT}]" for head in heads.values())]
    view = pd.DataFrame([*rows, *_reference_view(results)], columns=columns)
    ours = pd.concat([summary, _reference_data(results)]).assign(source="ours", unit=VELOCITY_UNIT)
    data = pd.concat([_published_data(), ours], ignore_index=True)
    caption = (
        f"Test MAE. {over_seeds_words(results)} Paper and blog: mean (standard deviation), in tenths of the velocity "
        "unit of JHTDB."
    )
    return Table(f"{results.name}-super-resolution", caption, data, view)


def parts(results: StudyResults) -> Table:
    """RMSE, MAE by component and divergence, one row per dataset and variant; below, the truth and the references."""
    by_component = results.quantity(MEASURE, "by_component")
    columns = [
        *(Column(_PARTS[key], f"{MEASURE}.{key}", results.quantity(MEASURE, key)) for key in _PARTS),
        *(
            Column(f"MAE of {name}", f"{MEASURE}.by_component[{place}]", by_component[by_component["index"] == place])
            for place, name in enumerate(_COMPONENTS, start=1)
        ),
    ]
    caption = f"Parts of the error [{VELOCITY_UNIT}], and divergence. {over_seeds_words(results)}"
    table = case_table(results, f"{results.name}-super-resolution-parts", caption, columns)
    view = pd.concat([table.view, _known_parts(results)], ignore_index=True)
    return Table(table.name, caption, table.data, view.reindex(columns=table.view.columns).fillna("–"))


def published_words(results: StudyResults) -> str:
    """How the published numbers may be compared with ours."""
    sources, wanted = figures().sources, figures().super_resolution.scale
    off = [f"{key} {value} (published: {wanted[key]})" for key, value in differing(results.settings, wanted).items()]
    scale = f"not at the published scale: {listed(off)}" if off else "at the published scale"
    return (
        f"Paper: {sources['paper']}. Blog: {sources['blog']}. Theirs are errors on JHTDB in its own velocity unit; "
        f"ours are in units of the {VELOCITY_UNIT}, on flows simulated here, {scale}. So only the order of the "
        "networks can be compared. The published networks take velocity components for scalars, and so do our variants "
        "that stand beside them."
    )


def _rows(results: StudyResults) -> Iterator[tuple[UpscaleRow | None, str | None]]:
    """Published rows with each of our variants that stands beside them; our others, those without parameters last."""
    study, beside, last = results.settings, set(), untrained(results)
    for row in figures().super_resolution.rows:
        ours = [
            name
            for name, variant in study.variants.items()
            if variant.augment == "none" and row in alike(variant.model, options(study, name))
        ]
        beside.update(ours)
        yield from ((row, name) for name in ours or [None])
    yield from ((None, name) for name in results.variants if name not in {*beside, *last})
    yield from ((None, name) for name in last)


def _published_cells(row: UpscaleRow | None) -> list[str]:
    """Its name, numbers and parameters."""
    if row is None:
        return ["–"] * (2 + len(_FORMS))
    spreads: list[Spread] = [getattr(row, form) for form in _FORMS]
    return [row.name, *(f"{number(mean, 3)} ({sd:.2f})" for mean, sd in spreads), f"{row.parameters:,}"]


def _published_data() -> pd.DataFrame:
    rows = [
        {"variant": row.name, "source": form, "mean": getattr(row, form)[0], "sd": getattr(row, form)[1]}
        for form in _FORMS
        for row in figures().super_resolution.rows
    ]
    return pd.DataFrame(rows).assign(unit="0.1 velocity units of JHTDB")


def _references(results: StudyResults) -> dict[str, str]:
    """Those that are not among the variants, which an interpolation may be."""
    models = {variant.model for variant in results.settings.variants.values()}
    return {key: name for key, name in REFERENCES.items() if key not in models}


def _reference(results: StudyResults, key: str, quantity: str = "mae") -> dict[str, float]:
    """Dataset -> what a reference reaches there, the same in all runs; empty if it was not measured."""
    return results.quantity(MEASURE, f"{key}.{quantity}").groupby("dataset", sort=False)["value"].mean().to_dict()


def _reference_view(results: StudyResults) -> list[list[str]]:
    found = {name: _reference(results, key) for key, name in _references(results).items()}
    return [
        [*["–"] * (2 + len(_FORMS)), name, "–", *(_written(values.get(dataset)) for dataset in results.datasets)]
        for name, values in found.items()
        if values
    ]


def _reference_data(results: StudyResults) -> pd.DataFrame:
    rows = [
        {"dataset": dataset, "variant": f"({key})", "n": 1, "seeds": 1, "diverged": 0, "mean": value}
        for key in _references(results)
        for dataset, value in _reference(results, key).items()
    ]
    return pd.DataFrame(rows)


def _known_parts(results: StudyResults) -> pd.DataFrame:
    """RMSE of the references, and the divergence of the truth."""
    rows = []
    for dataset, label in level_labels(results.settings).items():
        for key, name in _references(results).items():
            if found := _reference(results, key, "rmse").get(dataset):
                rows.append({"data": label, "variant": name, _PARTS["rmse"]: number(found)})
        truth = results.quantity(MEASURE, "truth_divergence").groupby("dataset")["value"].mean()
        if dataset in truth:
            rows.append({"data": label, "variant": "the truth", _PARTS["divergence"]: number(truth[dataset], 2)})
    return pd.DataFrame(rows)


def _written(value: float | None) -> str:
    return "–" if value is None else number(value)
