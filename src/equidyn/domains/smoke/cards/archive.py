"""Pictures and facts of the cards of source `archive`; the text is archive.md.j2."""

from pathlib import Path
from typing import Any

from equidyn.domains.smoke.cards import fields as field_card
from equidyn.domains.smoke.params.archive import Archive
from equidyn.domains.smoke.params.rotation import RotationData
from equidyn.domains.smoke.params.smoke import PublishedLevel
from equidyn.domains.smoke.source.archive import action_of
from equidyn.domains.smoke.source.fields import Fields


def describe(folder: Path, dataset: Fields, source: Archive, wanted: RotationData | PublishedLevel) -> dict[str, Any]:
    """Pictures and facts of the card: as of all fields, and the vector action that the set was made to fit."""
    return field_card.describe(folder, dataset, source) | {"action": action_of(source, wanted)}
