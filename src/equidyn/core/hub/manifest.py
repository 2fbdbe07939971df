"""The manifest of a cell on the Hub: its files with their checksums, and what its address is made of."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.hub.item import Item
from equidyn.core.provenance import digest

NAME = "manifest.json"
FORMAT = "equidyn-hub-1"
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class FileDigest:
    """What a file must be. size: bytes."""

    sha256: str
    size: int


def text_of(item: Item) -> str:
    """The manifest of what lies here."""
    files = {name: {"sha256": sha256(path), "size": path.stat().st_size} for name, path in item.outputs().items()}
    tree = {
        "format": FORMAT,
        "kind": item.KIND,
        "name": item.name,
        "address": item.address,
        "content": item.content,
        "provenance": item.provenance(),
        "files": files,
    }
    return json.dumps(tree, indent=1) + "\n"


def promises(item: Item, path: Path) -> dict[str, FileDigest]:
    """The files that a pulled manifest of `item` names; raises EquidynError if it is not whole or not the item's."""
    place = f"{item.folder}/{NAME}"
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        kind, content = (tree["format"], tree["kind"]), tree["content"]
        files = {name: FileDigest(**entry) for name, entry in tree["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise EquidynError(f"{place}: not a whole manifest ({fault}); nothing of it is used. {_advice(item)}") from None
    if kind != (FORMAT, item.KIND) or digest(content) != item.address:
        raise EquidynError(f"{place}: it is of another cell than its address says; nothing is used. {_advice(item)}")
    if not item.allows(set(files)) or not all(map(_sound, files.values())):
        raise EquidynError(f"{place}: it names files that no {item.KIND} has; nothing is used. {_advice(item)}")
    return files


def verify(item: Item, name: str, path: Path, promise: FileDigest) -> None:
    """Raise EquidynError if a fetched file is not what the manifest says."""
    found = sha256(path)
    if found != promise.sha256:
        raise EquidynError(
            f"{item.folder}/{name}: its SHA-256 is {found}, and its manifest says {promise.sha256}; it is not used. "
            f"{_advice(item)}"
        )


def _sound(promise: FileDigest) -> bool:
    return isinstance(promise.size, int) and bool(_DIGEST.fullmatch(str(promise.sha256)))


def _advice(item: Item) -> str:
    return (
        f"Its owner can delete {item.folder} on the Hub and push {item.name} again; "
        "with `pull: false` under `hub` in params.yaml it is computed"
    )


def lacking(item: Item, name: str) -> EquidynError:
    """The error to raise where a file that a manifest names is not there."""
    return EquidynError(f"{item.folder}/{name}: its manifest names it, but it is not there. {_advice(item)}")
