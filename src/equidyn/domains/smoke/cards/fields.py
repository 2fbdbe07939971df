"""What the cards of all sets of vector fields show and say."""

from pathlib import Path
from typing import Any

import numpy as np

from equidyn.domains.smoke.cards import pictures
from equidyn.domains.smoke.params.smoke import SimulatedSource
from equidyn.domains.smoke.source.fields import Fields
from equidyn.domains.smoke.source.scenes import DIRECTION_NAMES


def describe(folder: Path, dataset: Fields, source: SimulatedSource) -> dict[str, Any]:
    """Draw the pictures of the card into `folder`; return the facts that card_fields.md.j2 asks for."""
    pictures.draw(folder, dataset, source)
    return {
        "directions": DIRECTION_NAMES,
        "shown": [int(dataset.scene[simulation]) for simulation in pictures.examples(dataset)],
        "splits": [_split(dataset, *place) for place in np.ndindex(dataset.blocks, len(dataset.splits))],
    }


def _split(dataset: Fields, block: int, column: int) -> dict[str, str | int]:
    """One row of the table of splits."""
    blocks, dataset = dataset.blocks, dataset.of_block(block)
    spans = dataset.ranges[:, column]
    used = spans[:, 1] > spans[:, 0]
    start, stop = spans[used][0]
    return {
        "block": block if blocks > 1 else "all seeds",
        "name": dataset.splits[column],
        "scenes": ", ".join(str(scene) for scene in np.unique(dataset.scene[used])),
        "simulations": int(used.sum()),
        "frames": f"[{start}, {stop})",
    }
