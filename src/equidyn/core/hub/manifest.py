"""The manifest of an item on the Hub: its files with their checksums, and what its address is made of."""

import json
import re
from pathlib import Path

from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.hub.item import Files, Item
from equidyn.core.provenance import digest

NAME = "manifest.json"
FORMAT = "equidyn-hub-2"


def text_of(item: Item, packed: Files) -> str:
    """The manifest of an item that is sent as the files `packed`."""
    tree = {
        "format": FORMAT,
        "kind": item.KIND,
        "name": item.name,
        "address": item.address,
        "content": item.content,
        "provenance": item.provenance(item.outputs()),
        "files": {name: {"sha256": sha256(path), "size": path.stat().st_size} for name, path in packed.items()},
    }
    return json.dumps(tree, indent=1) + "\n"


def checksums(item: Item, folder: str, path: Path) -> dict[str, str]:
    """SHA-256 by file name from a pulled manifest; raises EquidynError if it is not whole or not the item's."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        kind, content = (tree["format"], tree["kind"]), tree["content"]
        found = {name: str(entry["sha256"]) for name, entry in tree["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise refusal(item, folder, NAME, f"not a whole manifest ({fault})") from None
    if kind != (FORMAT, item.KIND) or digest(content) != item.address:
        raise refusal(item, folder, NAME, "it is of another cell than its address says")
    if not item.allows(set(found)) or not all(re.fullmatch("[0-9a-f]{64}", each) for each in found.values()):
        raise refusal(item, folder, NAME, f"it names files that no {item.KIND} has")
    return found


def refusal(item: Item, folder: str, name: str, reason: str) -> EquidynError:
    """The error for a file in the item's folder on the Hub that is not what it should be."""
    return EquidynError(
        f"{folder}/{name}: {reason}; nothing of {item.name} is used. The owner can delete {folder} on the "
        f"Hub and push {item.name} again; with `pull: false` under `hub` in params.yaml it is computed"
    )
