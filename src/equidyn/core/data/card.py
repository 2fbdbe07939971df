"""The data card: a folder that tells a person what a dataset is, how it was made, and how to read it."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from equidyn.core.data.store import Stored


def write(folder: Path, dataset: Stored, name: str, source: Any, wanted: Any) -> None:
    """Write card.md and its pictures into `folder`.

    `name` is STUDY/DATASET; source, wanted: what params.yaml says of the source and of this dataset. A source of kind
    K has the text of its cards in card_K.md.j2; `describe` in equidyn/data/K.py draws their pictures, and gives the
    facts that this text asks for.
    """
    facts = import_module(f"equidyn.core.data.{source.kind}").describe(folder, dataset, source, wanted)
    about = {"name": name, "dataset": dataset, "source": source, "wanted": wanted}
    (folder / "card.md").write_text(_text(about | facts), encoding="utf-8")


def _text(about: dict[str, Any]) -> str:
    dataset, source = about["dataset"], about["source"]
    loader = PackageLoader("equidyn.core.data", ".")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shown"] = _shown
    return environment.get_template(f"card_{source.kind}.md.j2").render(
        format=dataset.FORMAT,
        content_hash=dataset.content_hash(),
        checks=dataset.attributes["checks"],
        provenance=dataset.attributes["provenance"],
        params=json.dumps(dataset.attributes["provenance"]["params"], indent=2),
        **about,
    )


def _shown(value: float | None, form: str) -> str:
    """A number in printf form; None is a ratio to the speed of "up", which is at rest."""
    return 'undefined: "up" is at rest' if value is None else form % value
