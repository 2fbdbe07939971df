"""Pictures and facts of the cards of source `smoke`; the text is smoke.md.j2."""

from pathlib import Path
from typing import Any

from equidyn.domains.smoke.cards import fields as field_card
from equidyn.domains.smoke.params.smoke import SmokeLevel, SmokeSource
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.levels import PUBLISHED_ORDER, buoyancies
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES


def describe(folder: Path, dataset: Fields, source: SmokeSource, level: SmokeLevel) -> dict[str, Any]:
    """Pictures and facts of the card: as of all fields, and the buoyancy of each direction, in the published order."""
    pushes = [(DIRECTION_NAMES[turns], turns, buoyancies(level)[turns]) for turns in PUBLISHED_ORDER]
    return field_card.describe(folder, dataset, source) | {"pushes": pushes}
