"""The card (README.md) of a repository: what it holds, how to use it, and its figures."""

from collections.abc import Collection
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from equidyn.core.files import read_record
from equidyn.core.hub.items import Item, RepositoryKind, RunItem


def text_of(kind: RepositoryKind, repository: str, items: list[Item], listing: Collection[str]) -> str:
    """The card of a repository that holds `items`, which are also here, and the files of `listing`."""
    loader, options = PackageLoader("equidyn.core.hub", "."), {"trim_blocks": True, "lstrip_blocks": True}
    environment = Environment(loader=loader, undefined=StrictUndefined, **options)  # noqa: S701 -- Markdown, no HTML
    known = {item.folder for item in items}
    others = {path.rpartition("/")[0] for path in listing if path.endswith("/manifest.json")} - known
    facts: dict[str, list[Any]] = {"datasets": [], "runs": [], "reports": []}
    for item in sorted(items, key=lambda item: item.name):
        facts[f"{item.KIND}s"].append(_facts(item))
    return environment.get_template("card.md.j2").render(kind=kind, repository=repository, others=len(others), **facts)


def _facts(item: Item) -> dict[str, Any]:
    files = item.outputs()
    recorded = read_record(files[item.ORIGIN]) if isinstance(item, RunItem) else item.provenance(files)
    pictures = [name for name in files if name.startswith(("card/", "figures/")) and name.endswith(".png")]
    return recorded | {"name": item.name, "folder": item.folder, "pictures": pictures}
