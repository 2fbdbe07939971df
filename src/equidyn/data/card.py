"""The data card: a folder that tells a person what a dataset is, how it was made, and how to read it."""

import json
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from equidyn.data import pictures
from equidyn.data.scenes import DIRECTION_NAMES, PUBLISHED_ORDER, buoyancies
from equidyn.data.store import FORMAT, SPLITS, Dataset
from equidyn.params.smoke import SmokeDataset, SmokeSource


def write(folder: Path, dataset: Dataset, name: str, source: SmokeSource, level: SmokeDataset) -> None:
    """Write card.md and its pictures into `folder`; `name` is STUDY/DATASET."""
    pictures.draw(folder, dataset, source.size, source.dt, source.warmup)
    (folder / "card.md").write_text(_text(dataset, name, source, level), encoding="utf-8")


def _text(dataset: Dataset, name: str, source: SmokeSource, level: SmokeDataset) -> str:
    loader = PackageLoader("equidyn.data", ".")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shown"] = _shown
    return environment.get_template("card.md.j2").render(
        name=name,
        dataset=dataset,
        source=source,
        level=level,
        format=FORMAT,
        content_hash=dataset.content_hash(),
        pushes=[(DIRECTION_NAMES[turns], turns, buoyancies(level)[turns]) for turns in PUBLISHED_ORDER],
        splits=[_split(dataset, column) for column in range(len(SPLITS))],
        checks=dataset.attributes["checks"],
        provenance=dataset.attributes["provenance"],
        params=json.dumps(dataset.attributes["provenance"]["params"], indent=2),
    )


def _shown(value: float | None, form: str) -> str:
    """A number in printf form; None is a ratio to the speed of "up", which is at rest."""
    return 'undefined: "up" is at rest' if value is None else form % value


def _split(dataset: Dataset, column: int) -> dict[str, str | int]:
    """One row of the table of splits."""
    spans = dataset.ranges[:, column]
    used = spans[:, 1] > spans[:, 0]
    start, stop = spans[used][0]
    return {
        "name": SPLITS[column],
        "scenes": ", ".join(str(scene) for scene in np.unique(dataset.scene[used])),
        "simulations": int(used.sum()),
        "frames": f"[{start}, {stop})",
    }
