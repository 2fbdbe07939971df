"""Sets of kind "smoke": scenes in four directions at one level of symmetry breaking, simulated here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from equidyn.core.data.store import Dataset
from equidyn.core.provenance import Clock
from equidyn.domains.smoke.cards import fields as field_card
from equidyn.domains.smoke.params.smoke import PublishedLevel, SmokeLevel, SmokeSource
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.levels import PUBLISHED_ORDER, buoyancies, ranges, simulations
from equidyn.domains.smoke.source.recording import ORIGIN, record
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES


def make(source: SmokeSource, level: SmokeLevel, name: str, clock: Clock) -> Dataset:
    """Simulate and check one set; raises EquidynError if a level of 0 is not exactly symmetric.

    A level's own number of training scenes counts instead of the source's. `name` is STUDY/DATASET, for messages.
    """
    source = source.with_train(level.train)
    planned, spans = simulations(source, level), ranges(source)
    recording = record(source, planned, name, exact=level.value == 0)
    made = Dataset(recording.velocity, planned.scene, planned.direction, spans, {}, recording.density)
    measured = checks.measure(made) | {"max_divergence": recording.divergence}
    if level.value == 0:
        measured["max_disagreement"] = recording.disagreement
    if isinstance(level, PublishedLevel):
        measured["published_table_entry"] = checks.published_table_entry(made)
    return replace(made, attributes={"provenance": clock.provenance() | ORIGIN, "checks": measured})


def describe(folder: Path, dataset: Dataset, source: SmokeSource, level: SmokeLevel) -> dict[str, Any]:
    """Pictures and facts of the card: as of all fields, and the buoyancy of each direction, in the published order."""
    pushes = [(DIRECTION_NAMES[turns], turns, buoyancies(level)[turns]) for turns in PUBLISHED_ORDER]
    return field_card.describe(folder, dataset, source) | {"pushes": pushes}
