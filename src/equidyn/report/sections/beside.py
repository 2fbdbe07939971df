"""A published table with ours beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.report.labels import level_labels
from equidyn.report.numbers import column_places, estimate_text
from equidyn.report.published import Spread, differing, setting_words
from equidyn.report.sections.section import over_seeds_words
from equidyn.report.statistics import over_seeds
from equidyn.report.tables import Table


@dataclass(frozen=True)
class Network:
    """One row of a published table.

    figures: source, such as "paper" -> mean and standard deviation. ours: variants that stand beside it.
    """

    name: str
    figures: Mapping[str, Spread]
    ours: Sequence[str] = ()


@dataclass(frozen=True)
class Published:
    """A published table, and ours.

    unit: of its figures; ours: unit -> our values, columns dataset, variant, status, value. trivial: the forecast that
    takes no network, if it has values among ours, in the place of a variant.
    """

    networks: Sequence[Network]
    unit: str
    ours: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    trivial: str | None = None

    @property
    def sources(self) -> list[str]:
        """Of its figures, in their order."""
        return list(dict.fromkeys(source for network in self.networks for source in network.figures))


def beside(results: StudyResults, name: str, caption: str, known: Published) -> Table:
    """A row per published network and variant of ours beside it, then our other variants and the trivial forecast."""
    estimates = {unit: over_seeds(values) for unit, values in known.ours.items()}
    ours = {unit: _texts(frame) for unit, frame in estimates.items()}
    heads = level_labels(results.settings)
    view = [
        [
            network.name if network else "–",
            *(_figure(network, source) for source in known.sources),
            variant or "not run",
            *(texts.get((dataset, variant), "–") for dataset in heads for texts in ours.values()),
        ]
        for network, variant in _rows(results, known)
    ]
    columns = [f"ours, {head} [{unit}]" for head in heads.values() for unit in ours]
    data = [_data(known), *(frame.assign(unit=unit, source="ours") for unit, frame in estimates.items())]
    caption = f"{caption} {over_seeds_words(results)} Published: mean (standard deviation) [{known.unit}]."
    head = ["network", *known.sources, "our variant", *columns]
    return Table(name, caption, pd.concat(data, ignore_index=True), pd.DataFrame(view, columns=head))


def scale_words(results: StudyResults, wanted: Mapping[str, object], sources: Mapping[str, str]) -> str:
    """Where the figures are from, and which settings of ours differ; wanted: dotted setting -> theirs."""
    off = "; ".join(
        f"{setting_words(key)} {value} (published: {wanted[key]})"
        for key, value in differing(results.settings, dict(wanted)).items()
    )
    scale = f"Ours are not at the published scale, so only the order can be compared: {off}." if off else ""
    return " ".join([*(f"{name.capitalize()}: {source}." for name, source in sources.items()), scale]).strip()


def _rows(results: StudyResults, known: Published) -> Iterator[tuple[Network | None, str | None]]:
    for network in known.networks:
        yield from ((network, variant) for variant in network.ours or [None])
    beside_one = {variant for network in known.networks for variant in network.ours}
    yield from ((None, variant) for variant in results.variants if variant not in beside_one)
    yield from ((None, name) for name in [known.trivial] if name)


def _figure(network: Network | None, source: str) -> str:
    if network is None or source not in network.figures:
        return "–"
    mean, sd = network.figures[source]
    return f"{mean:g} ({sd:.2f})"


def _texts(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    places = column_places(frame)
    return {(row["dataset"], row["variant"]): estimate_text(row, places=places) for _, row in frame.iterrows()}


def _data(known: Published) -> pd.DataFrame:
    """The published figures as rows of the CSV file."""
    rows = [
        {"variant": network.name, "mean": mean, "sd": sd, "source": source}
        for source in known.sources
        for network in known.networks
        if (found := network.figures.get(source))
        for mean, sd in [found]
    ]
    return pd.DataFrame(rows).assign(unit=known.unit)
