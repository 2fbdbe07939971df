"""Pictures and facts of the cards of source `rotation`; the text is rotation.md.j2."""

from pathlib import Path
from typing import Any

from equidyn.domains.smoke.cards import fields as field_card
from equidyn.domains.smoke.params.rotation import RotationData, RotationSource
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES


def describe(folder: Path, dataset: Fields, source: RotationSource, wanted: RotationData) -> dict[str, Any]:
    """Pictures and facts of the card: as of all fields, each simulation's part, and whether the sides are uneven."""
    tasks = [
        {
            "k": int(k),
            "side": int(side),
            "direction": DIRECTION_NAMES[side],
            "push": source.strength(k),
            "splits": [split for split, (start, stop) in zip(dataset.splits, spans, strict=True) if stop > start],
        }
        for k, side, spans in zip(dataset.scene, dataset.direction, dataset.ranges, strict=True)
    ]
    facts = {"tasks": tasks, "uneven": len(set(source.sides)) > 1, "action": wanted.vector_action}
    return field_card.describe(folder, dataset, source) | facts
