"""The published table of the Rotation smoke set: paper, blog and ours, in the published unit and in ours."""

import math
from collections.abc import Iterator

import pandas as pd

from equidyn.domains.smoke.report.published import Row, figures
from equidyn.domains.smoke.report.wording import VELOCITY_UNIT, in_length_per_time
from equidyn.report.figures.dots import Series, dots
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import estimate_text, listed
from equidyn.report.published import Spread, differing
from equidyn.report.sections.section import Section, diverged_words, over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table

TITLE = "Reproduction"
_UNIT = "length/time"
_FORMS = ("paper", "blog")


def section(results: StudyResults) -> Section | None:
    """One table per published split, where this study has that split."""
    splits = [split for split in results.tests if any(split in row.paper for row in figures().rotation.rows)]
    summaries = {split: pair for split in splits if not (pair := _ours(results, split))[0].empty}
    if not summaries:
        return None
    tables = [_table(results, split, *pair) for split, pair in summaries.items()]
    text = [_scale_words(results), _source_words(), *diverged_words(results)]
    return Section(TITLE, text, [_picture(results, summaries)], tables)


def _ours(results: StudyResults, split: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates over seeds of the RMSE, in the published unit and in units of the data."""
    quantity = f"{split}.rmse" if len(results.tests) > 1 else "rmse"
    values = results.quantity("error", quantity)
    return over_seeds(in_length_per_time(results, values)), over_seeds(values)


def _rows(results: StudyResults) -> Iterator[tuple[Row | None, str | None]]:
    """Published rows with each of our variants that stands beside them; then our other variants."""
    models = {name: variant.model for name, variant in results.settings.variants.items()}
    beside: set[str] = set()
    for row in figures().rotation.rows:
        ours = [name for name, model in models.items() if model in row.models]
        beside.update(ours)
        yield from ((row, name) for name in ours or [None])
    yield from ((None, name) for name in models if name not in beside)


def _table(results: StudyResults, split: str, physical: pd.DataFrame, scaled: pd.DataFrame) -> Table:
    heads = level_labels(results.settings)
    texts = [_texts(frame) for frame in (physical, scaled)]
    view = []
    for row, variant in _rows(results):
        known = [row.name if row else "–", *(_spread_text(row, form, split) for form in _FORMS), variant or "not run"]
        ours = [text.get((dataset, variant), "–") for dataset in heads for text in texts]
        view.append([*known, *ours])
    units = (_UNIT, VELOCITY_UNIT)
    columns = [f"ours, {head} [{unit}]" for head in heads.values() for unit in units]
    caption = (
        f"Test RMSE, split {split}. {over_seeds_words(results)} Paper and blog: mean (standard deviation) [{_UNIT}]."
    )
    data = pd.concat(
        [_data(split), *(_tagged(frame, split, unit) for frame, unit in zip((physical, scaled), units, strict=True))]
    )
    name = f"{results.name}-reproduction-{split}"
    head = ["network", *_FORMS, "our variant", *columns]
    return Table(name, caption, data.reset_index(drop=True), pd.DataFrame(view, columns=head))


def _texts(summary: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row["dataset"], row["variant"]): estimate_text(row) for _, row in summary.iterrows()}


def _tagged(summary: pd.DataFrame, split: str, unit: str) -> pd.DataFrame:
    return summary.assign(split=split, unit=unit, source="ours")


def _data(split: str) -> pd.DataFrame:
    """The published figures as rows of the CSV file."""
    rows = []
    for row in figures().rotation.rows:
        for form in _FORMS:
            if split in (spreads := getattr(row, form)):
                mean, sd = spreads[split]
                known = {"source": form, "verified": row.verified, "split": split, "unit": _UNIT}
                rows.append({"variant": row.name, "mean": mean, "sd": sd} | known)
    return pd.DataFrame(rows)


def _spread_text(row: Row | None, form: str, split: str) -> str:
    spread: Spread | None = getattr(row, form, {}).get(split)
    if spread is None:
        return "–"
    return f"{spread[0]:.2f} ({spread[1]:.2f}){'' if row.verified else ', unverified'}"


def _picture(results: StudyResults, summaries: dict[str, tuple[pd.DataFrame, pd.DataFrame]]) -> Picture:
    """Published and our numbers, one panel per split; ours on the data that is nearest to the published."""
    actions = {name: getattr(entry, "vector_action", None) for name, entry in results.settings.datasets.items()}
    dataset = next((name for name, action in actions.items() if action == "published"), results.datasets[0])
    rows = [(row, variant) for row, variant in _rows(results)]
    names = [_name(row, variant) for row, variant in rows]
    series = [Series(form, pd.concat([_points(rows, form, split) for split in summaries])) for form in _FORMS]
    ours = [
        physical[physical["dataset"] == dataset].assign(dataset=split) for split, (physical, _) in summaries.items()
    ]
    label = f"ours, {level_labels(results.settings)[dataset]}"
    chart = dots(
        [*series, Series(label, pd.concat(ours))], {split: split for split in summaries}, names, f"RMSE [{_UNIT}]"
    )
    caption = "Published RMSE and ours; bars are one standard deviation of the published, 95 % intervals of ours."
    alt = "Dots: RMSE by network and test split, from the paper, the blog and our runs."
    return picture(f"{results.name}-reproduction", caption, alt, chart)


def _name(row: Row | None, variant: str | None) -> str:
    return variant if variant else row.name


def _points(rows: list[tuple[Row | None, str | None]], form: str, split: str) -> pd.DataFrame:
    points = []
    for row, variant in rows:
        mean, sd = getattr(row, form, {}).get(split, (math.nan, math.nan))
        points.append({"variant": _name(row, variant), "mean": mean, "low": mean - sd, "high": mean + sd})
    return pd.DataFrame(points).assign(dataset=split).dropna(subset="mean")


def _scale_words(results: StudyResults) -> str:
    """Whether ours was made at the published scale, and if not, in what it differs."""
    wanted = figures().rotation.scale
    off = [f"{key} {value} (published: {wanted[key]})" for key, value in differing(results.settings, wanted).items()]
    if results.settings.source.kind == "archive":
        made = "Ours was trained on the authors' own files"
    else:
        made = "Ours was trained on data simulated here"
    if not off:
        return f"{made}, at the published scale."
    return f"{made}, not at the published scale, so the numbers cannot be compared one by one: {listed(off)}."


def _source_words() -> str:
    sources = figures().sources
    return (
        f"Paper: {sources['paper']}. Blog: {sources['blog']}. Figures marked unverified are quoted from memory of the "
        "paper. A row without a variant of ours is published only."
    )
