"""Pushing: send finished cells, in commits of some size, so that a push that was cut goes on with the next one.

A cell appears whole, with its manifest, by one commit. One whose address is there already is not sent again, whoever
made it.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.hub import card, manifest
from equidyn.core.hub.client import Client
from equidyn.core.hub.item import Item, RepositoryKind, unfinished
from equidyn.core.progress import progress

_MOST_FILES = 100  # in a commit, as the Hub advises
_MOST_BYTES = 10**9
Listing = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Parcel:
    """One cell and the files of it that the Hub lacks, by their paths there."""

    item: Item
    files: dict[str, Path]

    @property
    def size(self) -> int:
        """Bytes to be sent."""
        return sum(path.stat().st_size for path in self.files.values())


@dataclass
class Plan:
    """What a push will do. unfinished: item -> why it cannot be pushed."""

    listings: dict[RepositoryKind, Listing | None]
    parcels: list[Parcel] = field(default_factory=list)
    there: list[Item] = field(default_factory=list)
    unfinished: list[tuple[Item, str]] = field(default_factory=list)


def planned(client: Client, items: list[Item]) -> Plan:
    """Compare what is finished here with what the Hub has; nothing is sent."""
    homes = dict.fromkeys(item.HOME for item in items)
    plan = Plan({home: client.call("listing", home) for home in homes})
    for item in items:
        fault = unfinished(item)
        files = {f"{item.folder}/{name}": path for name, path in item.outputs().items()}
        listing = plan.listings[item.HOME] or {}
        if fault:
            plan.unfinished.append((item, fault))
        elif {f"{item.folder}/{manifest.NAME}", *files} <= listing.keys():
            plan.there.append(item)
        else:
            lacking = {there: path for there, path in files.items() if not _same(listing.get(there), path)}
            plan.parcels.append(Parcel(item, lacking))
    return plan


def push(client: Client, plan: Plan, known: list[Item], private: bool) -> None:
    """Send what `planned` found, and the cards, which tell of all that is there and `known` here.

    private: of a repository that has to be made.
    """
    files, size = sum(len(parcel.files) + 1 for parcel in plan.parcels), sum(parcel.size for parcel in plan.parcels)
    with progress("push", files) as advance, tempfile.TemporaryDirectory() as folder:
        done = _Done(advance, size)
        for home, listing in plan.listings.items():
            parcels = [parcel for parcel in plan.parcels if home == parcel.item.HOME]
            if not parcels:
                continue
            if listing is None:
                client.call("create", home, private=private)
            for number, batch in enumerate(_batches(parcels)):
                _send(client, home, batch, Path(folder) / f"{home}-{number}", done)
            told = [item for item in known if home == item.HOME and _is_there(item, listing or {}, parcels)]
            _send_card(client, home, told, listing or {}, Path(folder) / f"{home}.md")


class _Done:
    """How many files have been sent, and how many bytes of all."""

    def __init__(self, advance: Any, size: int) -> None:
        self._advance, self._size, self._files, self._bytes = advance, size, 0, 0

    def told(self, count: int) -> None:
        """Bytes of the present commit."""
        self._advance(self._files, f"{min(self._bytes + count, self._size) / 1e6:.1f} of {self._size / 1e6:.1f} MB")

    def committed(self, batch: list[Parcel]) -> None:
        self._files += sum(len(parcel.files) + 1 for parcel in batch)
        self._bytes += sum(parcel.size for parcel in batch)
        self.told(0)


def _batches(parcels: Iterable[Parcel]) -> Iterator[list[Parcel]]:
    """Parcels for one commit each, whole cells always."""
    batch: list[Parcel] = []
    for parcel in parcels:
        files, size = sum(len(other.files) + 1 for other in batch), sum(other.size for other in batch)
        if batch and (files + len(parcel.files) >= _MOST_FILES or size + parcel.size > _MOST_BYTES):
            yield batch
            batch = []
        batch.append(parcel)
    if batch:
        yield batch


def _send(client: Client, home: RepositoryKind, batch: list[Parcel], folder: Path, done: _Done) -> None:
    """One commit: the files that are lacking, and a manifest of all."""
    files = {}
    for parcel in batch:
        page = folder / parcel.item.address
        page.parent.mkdir(exist_ok=True)
        page.write_text(manifest.text_of(parcel.item), encoding="utf-8")
        files |= {there: str(path) for there, path in parcel.files.items()}
        files[f"{parcel.item.folder}/{manifest.NAME}"] = str(page)
    names = ", ".join(parcel.item.name for parcel in batch)
    message = names if len(names) < 60 else f"{batch[0].item.name} and {len(batch) - 1} more"
    client.call("commit", home, done.told, message=message, files=files)
    done.committed(batch)


def _send_card(client: Client, home: RepositoryKind, items: list[Item], listing: Listing, page: Path) -> None:
    """README.md of the repository, unless it is the same."""
    page.write_text(card.text_of(home, client.repository, items, list(listing)), encoding="utf-8")
    if not _same(listing.get("README.md"), page):
        client.call("commit", home, message="Card", files={"README.md": str(page)})


def _is_there(item: Item, listing: Listing, sent: list[Parcel]) -> bool:
    """Whether a cell that is finished here is on the Hub by now."""
    held = f"{item.folder}/{manifest.NAME}" in listing or item.address in [parcel.item.address for parcel in sent]
    return held and unfinished(item) is None


def _same(entry: dict[str, Any] | None, path: Path) -> bool:
    """Whether a file there is the one here."""
    if entry is None or entry["size"] != path.stat().st_size:
        return False
    if "sha256" in entry:
        return entry["sha256"] == sha256(path)
    content = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return entry["git"] == blob.hexdigest()


def refuse_unfinished(plan: Plan) -> None:
    """Raise EquidynError for cells that were asked for by name."""
    if plan.unfinished:
        told = "\n  ".join(f"{item.name}: {fault}" for item, fault in plan.unfinished)
        raise EquidynError(f"not finished here, so nothing was pushed:\n  {told}")
