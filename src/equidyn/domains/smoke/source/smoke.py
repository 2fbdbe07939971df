"""Sets of kind "smoke": scenes in four directions at one level of symmetry breaking, simulated here."""

from dataclasses import replace

from equidyn.core.provenance import Clock
from equidyn.domains.smoke.params.smoke import PublishedLevel, SmokeLevel, SmokeSource
from equidyn.domains.smoke.source import checks
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.levels import blocks, ranges, simulations
from equidyn.domains.smoke.source.recording import ORIGIN, record


def make(source: SmokeSource, level: SmokeLevel, name: str, clock: Clock) -> Fields:
    """Simulate and check one set; raises EquidynError if a level of 0 is not exactly symmetric.

    A level's own number of training scenes counts instead of the source's. `name` is STUDY/DATASET, for messages.
    """
    source = source.with_train(level.train)
    planned, spans = simulations(source, level), ranges(source)
    recording = record(source, planned, name, exact=level.value == 0)
    made = Fields(
        recording.velocity, planned.scene, planned.direction, spans, {}, recording.density, block=blocks(source)
    )
    measured = checks.measure(made) | {"max_divergence": recording.divergence}
    if level.value == 0:
        measured["max_disagreement"] = recording.disagreement
    if isinstance(level, PublishedLevel):
        measured["published_table_entry"] = checks.published_table_entry(made)
    return replace(made, attributes={"provenance": clock.provenance() | ORIGIN, "checks": measured})
