"""Pulling: fetch a cell, verify all of it, and only then put it where its stage would have written it.

What is fetched lies in data/hub/ until the cell is whole, so that a pull that was cut goes on with the next file.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from equidyn.core.files import sha256, sole_writer
from equidyn.core.hub import manifest
from equidyn.core.hub.client import Client
from equidyn.core.hub.item import Item

_STAGING = Path("data/hub")
Told = Callable[[int], None]


def pull(client: Client, item: Item, told: Told = lambda _: None) -> Path | None:
    """Fetch `item` and put it in its place; returns what its stage returns; None if the Hub has no such cell.

    told: bytes that have come. Raises HubError if the Hub does not give it, UnfitError if it does not go with what is
    here, and EquidynError, which names the file, if anything is not what its address and its manifest promise.
    """
    with sole_writer(item.lock):
        staging = _STAGING / item.lock.replace("/", "--")
        files = _fetched(client, item, staging, told)
        if files is None:
            return None
        try:
            item.check(files)
            return item.place(files)
        finally:
            shutil.rmtree(staging)


def _fetched(client: Client, item: Item, staging: Path, told: Told) -> dict[str, Path] | None:
    """The files of the cell by their names, verified; those that are here already are not fetched again."""
    fetch = _Fetch(client, item, staging)
    page = fetch.file(manifest.NAME, told)
    if page is None:
        return None
    files, done = {}, 0
    for name, promise in manifest.promises(item, page).items():
        path = staging / item.folder / name
        if not _is_here(path, item.outputs().get(name), promise):
            fetch.needed(name, lambda count, before=done: told(before + count))
            manifest.verify(item, name, path, promise)
        files[name], done = path, done + promise.size
        told(done)
    return files


def _is_here(path: Path, output: Path | None, promise: manifest.FileDigest) -> bool:
    """Whether `path` is what was promised: from a pull that was cut, or as a copy of the output in its place."""
    if path.is_file() and sha256(path) == promise.sha256:
        return True
    path.unlink(missing_ok=True)
    if output is None or not output.is_file() or sha256(output) != promise.sha256:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(output, path)
    return True


class _Fetch:
    """Files of one cell into its staging folder."""

    def __init__(self, client: Client, item: Item, staging: Path) -> None:
        self._client, self._item, self._staging = client, item, staging
        shutil.rmtree(staging / ".cache", ignore_errors=True)  # what the Hub's client left of files cut in the middle
        (staging / item.folder / manifest.NAME).unlink(missing_ok=True)

    def file(self, name: str, told: Told) -> Path | None:
        """The fetched file; None if the Hub does not have it."""
        wanted = f"{self._item.folder}/{name}"
        path = self._client.call("fetch", self._item.HOME, told, file=wanted, local_dir=str(self._staging))
        return path and Path(path)

    def needed(self, name: str, told: Told) -> None:
        """Fetch a file that the manifest names; raises EquidynError if the Hub does not have it."""
        if self.file(name, told) is None:
            raise manifest.lacking(self._item, name)
