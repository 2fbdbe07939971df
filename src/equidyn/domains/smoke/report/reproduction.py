"""The published table of the Rotation smoke set: paper, blog and ours, in the published unit and in ours."""

import math
from collections.abc import Iterator
from functools import partial

import pandas as pd

from equidyn.domains.smoke.report.published import figures
from equidyn.domains.smoke.report.wording import VELOCITY_UNIT, in_length_per_time
from equidyn.report.figures.dots import Series, dots
from equidyn.report.figures.style import Picture, picture
from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.sections.beside import Network, Published, beside, scale_words
from equidyn.report.sections.section import Section
from equidyn.report.statistics import over_seeds

TITLE = "Reproduction"
_UNIT, _STILL = "length/time", "persistence"
_SHARE = f"share of {_STILL}"
_FORMS = ("paper", "blog")
_WORDS = "Persistence, on our data: the forecast that nothing changes. The published tables do not have it."


def section(results: StudyResults) -> Section | None:
    """One table per published split, where this study has that split."""
    found = dict(_tables(results))
    if not found:
        return None
    name, known = f"{results.name}--reproduction", figures()
    tables = [beside(results, f"{name}-{split}", f"Test RMSE, split {split}.", table) for split, table in found.items()]
    words = scale_words(results, known.rotation.scale, known.sources)
    return Section(TITLE, [f"{words} {_WORDS}"], [_picture(results, name, found)], tables)


def _tables(results: StudyResults) -> Iterator[tuple[str, Published]]:
    """Split -> the published figures, and ours in both units and as a share of what persistence has."""
    still = results.on_tests("error", "persistence_rmse")
    for split, quantity in results.on_tests("error", "rmse").items():
        values = results.quantity("error", quantity)
        networks = _networks(results, split)
        if networks and len(values):
            ours = _with_persistence(results, values, results.quantity("error", still[split]))
            yield split, Published(networks, _UNIT, ours, _STILL)


def _with_persistence(results: StudyResults, values: pd.DataFrame, still: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Unit -> errors and those of persistence, which all variants share; and errors as a share of that."""
    once = still.dropna(subset="value").drop_duplicates(["dataset", "seed"])
    units = {_UNIT: partial(in_length_per_time, results), VELOCITY_UNIT: pd.DataFrame.copy}
    ours = {
        unit: pd.concat([scaled(values), scaled(once).assign(variant=_STILL, status="completed")])
        for unit, scaled in units.items()
    }
    cell = ["dataset", "variant", "seed"]
    both = values.merge(still[[*cell, "value"]], on=cell, how="left", suffixes=("", "_still"))
    return ours | {_SHARE: both.assign(value=both["value"] / both["value_still"])}


def _networks(results: StudyResults, split: str) -> list[Network]:
    models = {name: variant.network for name, variant in results.settings.variants.items()}
    return [
        Network(
            row.name,
            {form: getattr(row, form)[split] for form in _FORMS if split in getattr(row, form)},
            [name for name, model in models.items() if model in row.models],
        )
        for row in figures().rotation.rows
        if split in row.paper
    ]


def _picture(results: StudyResults, name: str, found: dict[str, Published]) -> Picture:
    """Published and our numbers, one panel per split; ours on the data that is nearest to the published."""
    actions = {key: getattr(entry, "vector_action", None) for key, entry in results.settings.datasets.items()}
    dataset = next((key for key, action in actions.items() if action == "published"), results.datasets[0])
    rows = list(dict.fromkeys(row for table in found.values() for row in _named(results, table)))
    series = [
        Series(form, pd.concat([_points(split, table, form) for split, table in found.items()])) for form in _FORMS
    ]
    ours = [over_seeds(table.ours[_UNIT]).assign(place=split) for split, table in found.items()]
    own = pd.concat(ours).query("dataset == @dataset").assign(dataset=lambda frame: frame["place"])
    label = f"ours, {level_labels(results.settings)[dataset]}"
    chart = dots([*series, Series(label, own)], {split: split for split in found}, rows, f"RMSE [{_UNIT}]")
    caption = "Published RMSE and ours; bars are one standard deviation of the published, 95 % intervals of ours."
    alt = "Dots: RMSE by network and test split, from the paper, the blog and our runs."
    return picture(name, caption, alt, chart)


def _named(results: StudyResults, table: Published) -> list[str]:
    """A row per variant of ours beside a network, or for the network alone; then our others, and persistence."""
    beside_one = [name for network in table.networks for name in network.ours or [network.name]]
    return [*beside_one, *(name for name in results.variants if name not in beside_one), _STILL]


def _points(split: str, table: Published, form: str) -> pd.DataFrame:
    points = []
    for network in table.networks:
        mean, sd = network.figures.get(form, (math.nan, math.nan))
        for name in network.ours or [network.name]:
            points.append({"variant": name, "mean": mean, "low": mean - sd, "high": mean + sd})
    return pd.DataFrame(points).assign(dataset=split).dropna(subset="mean")
