"""The data card: a folder that says what a dataset is, how it was made, and how to read it."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from equidyn.core.data.store import Stored
from equidyn.core.domain import Domain


def write(folder: Path, domain: Domain, dataset: Stored, name: str, source: Any, wanted: Any) -> None:
    """Write card.md and its pictures into `folder`.

    `name` is STUDY/DATASET; source, wanted: what params.yaml says of the source and of this dataset. A source of kind
    K has the text of its cards in the domain's cards/K.md.j2; `describe` in cards/K.py draws their pictures, and gives
    the facts that this text asks for. A source without has the text of plain.md.j2, and no pictures.
    """
    own = domain.has("cards") and domain.has("cards", source.kind)
    facts = domain.module("cards", source.kind).describe(folder, dataset, source, wanted) if own else {}
    about = {"name": name, "dataset": dataset, "source": source, "wanted": wanted}
    (folder / "card.md").write_text(_text(domain, about | facts), encoding="utf-8")


def _text(domain: Domain, about: dict[str, Any]) -> str:
    dataset = about["dataset"]
    loader = FileSystemLoader([domain.folder / "cards", Path(__file__).parent])
    # Markdown has nothing that HTML's escapes would help.
    environment = Environment(  # noqa: S701
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["shown"] = _shown
    return environment.select_template([f"{about['source'].kind}.md.j2", "plain.md.j2"]).render(
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
