"""The data card: a folder that tells a person what a dataset is, how it was made, and how to read it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from equidyn.data import pictures
from equidyn.data.levels import PUBLISHED_ORDER, buoyancies
from equidyn.data.scenes import DIRECTION_NAMES
from equidyn.data.store import FORMAT, Dataset


def write(folder: Path, dataset: Dataset, name: str, source: Any, wanted: Any) -> None:
    """Write card.md and its pictures into `folder`.

    `name` is STUDY/DATASET; source, wanted: what params.yaml says of the source and of this dataset. The text of
    each kind of source is in card_KIND.md.j2.
    """
    pictures.draw(folder, dataset, source)
    (folder / "card.md").write_text(_text(dataset, name, source, wanted), encoding="utf-8")


def _text(dataset: Dataset, name: str, source: Any, wanted: Any) -> str:
    loader = PackageLoader("equidyn.data", ".")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shown"] = _shown
    return environment.get_template(f"card_{source.kind}.md.j2").render(
        name=name,
        dataset=dataset,
        source=source,
        wanted=wanted,
        format=FORMAT,
        content_hash=dataset.content_hash(),
        directions=DIRECTION_NAMES,
        shown=[int(dataset.scene[simulation]) for simulation in pictures.examples(dataset)],
        splits=[_split(dataset, column) for column in range(len(dataset.splits))],
        checks=dataset.attributes["checks"],
        provenance=dataset.attributes["provenance"],
        params=json.dumps(dataset.attributes["provenance"]["params"], indent=2),
        **_FACTS[source.kind](dataset, source, wanted),
    )


def _of_smoke(dataset: Dataset, source: Any, level: Any) -> dict[str, Any]:
    """Buoyancy of each direction, in the published order."""
    return {"pushes": [(DIRECTION_NAMES[turns], turns, buoyancies(level)[turns]) for turns in PUBLISHED_ORDER]}


def _of_rotation(dataset: Dataset, source: Any, wanted: Any) -> dict[str, Any]:
    """One row per simulation, and whether the sides are driven alike."""
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
    return {"tasks": tasks, "uneven": len(set(source.sides)) > 1, "action": wanted.vector_action}


def _of_archive(dataset: Dataset, source: Any, wanted: Any) -> dict[str, Any]:
    """The vector action that the set was made to fit: told by the source of levels, or by the dataset."""
    return {"action": (source if source.layout == "levels" else wanted).vector_action}


_FACTS = {"smoke": _of_smoke, "rotation": _of_rotation, "archive": _of_archive}


def _shown(value: float | None, form: str) -> str:
    """A number in printf form; None is a ratio to the speed of "up", which is at rest."""
    return 'undefined: "up" is at rest' if value is None else form % value


def _split(dataset: Dataset, column: int) -> dict[str, str | int]:
    """One row of the table of splits."""
    spans = dataset.ranges[:, column]
    used = spans[:, 1] > spans[:, 0]
    start, stop = spans[used][0]
    return {
        "name": dataset.splits[column],
        "scenes": ", ".join(str(scene) for scene in np.unique(dataset.scene[used])),
        "simulations": int(used.sum()),
        "frames": f"[{start}, {stop})",
    }
