"""The card (README.md) of a repository: what it holds, how to use it, and its figures.

At its top stands what the Hub and its clients read: of data, one configuration for each dataset, with the files of each
split; of models, headline numbers of each run. A card is made anew with each push. What it says of cells that are not
here comes from the names of files, and from the card that was there before.
"""

from collections.abc import Collection
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from equidyn.core.files import read_record
from equidyn.core.hub import configs, results
from equidyn.core.hub.dataset_item import DatasetItem
from equidyn.core.hub.item import Item
from equidyn.core.hub.pull import Listing
from equidyn.core.hub.run_item import RunItem

NAME = "README.md"


def text_of(there: Listing, items: list[Item], before: str) -> str:
    """The card of a repository that holds `items`, which are also here, and all that is there; before: its old card."""
    here = {there.folder(item) or item.folder: item for item in sorted(items, key=lambda item: item.name)}
    files = {*there.files, *(f"{folder}/{name}" for folder, item in here.items() for name in item.names())}
    others = {path.rpartition("/")[0] for path in there.files if path.endswith("/manifest.json")} - here.keys()
    facts: dict[str, list[Any]] = {"datasets": [], "runs": [], "reports": []}
    for folder, item in here.items():
        facts[f"{item.KIND}s"].append(_facts(item, folder))
    head = _head(there, here, files, _head_of(before))
    shown = yaml.safe_dump(head, sort_keys=False, default_flow_style=None, width=200, allow_unicode=True)
    loader, options = PackageLoader("equidyn.core.hub", "."), {"trim_blocks": True, "lstrip_blocks": True}
    environment = Environment(loader=loader, undefined=StrictUndefined, **options)  # noqa: S701 -- Markdown, no HTML
    about = {"kind": there.kind, "repository": there.repository, "others": sorted(others)}
    return f"---\n{shown}---\n" + environment.get_template("card.md.j2").render(**about, **facts)


def _head(there: Listing, here: dict[str, Item], files: Collection[str], before: dict[str, Any]) -> dict[str, Any]:
    """What machines read. here: items by their folders."""
    tags = ["equidyn", "equivariance", "symmetry", "dynamics"]
    if there.kind == "dataset":
        known = {folder: item for folder, item in here.items() if isinstance(item, DatasetItem)}
        return {"pretty_name": "Datasets of equidyn", "tags": tags} | configs.head(known, files, before)
    runs = {folder: item for folder, item in here.items() if isinstance(item, RunItem)}
    about = {"license": "mit", "library_name": "equidyn", "datasets": [there.repository], "tags": tags}
    return about | {"model-index": results.index(there.repository, runs, files, before)}


def _head_of(card: str) -> dict[str, Any]:
    """What machines read in a card; nothing, if somebody has written another there."""
    parts = card.split("---\n", 2)
    try:
        found = yaml.safe_load(parts[1]) if len(parts) == 3 else {}
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _facts(item: Item, folder: str) -> dict[str, Any]:
    files = item.outputs()
    recorded = read_record(files[item.ORIGIN]) if isinstance(item, RunItem) else item.provenance(files)
    if isinstance(item, DatasetItem):
        recorded = recorded | configs.facts(item, folder)
    pictures = [name for name in files if name.startswith(("card/", "figures/")) and name.endswith(".png")]
    return recorded | {"name": item.name, "folder": folder, "pictures": pictures}
