"""Pulling: fetch an item, verify all of it, and only then put it where its stage would have written it.

What is fetched lies in data/hub/ until the item is whole, so a pull that was interrupted goes on with the next file.
"""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from equidyn.core.data import hub_client
from equidyn.core.data.hub_client import HubError, MissingError
from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.hub import manifest
from equidyn.core.hub.item import SHORT, Files, Item, RepositoryKind
from equidyn.core.locks import sole_writer
from equidyn.core.params.hub import Hub
from equidyn.core.progress import progress

_STAGING = Path("data/hub")
_FOLDER = re.compile(  # of names as params.yaml has them: no path leads out of it
    rf"(?P<folder>(?P<kind>\w+)/([A-Za-z0-9_-][A-Za-z0-9._-]*/)*(?P<address>[0-9a-f]{{{SHORT}}}))/{manifest.NAME}"
)
Say = Callable[[str], None]


class UnfitError(Exception):
    """Why a pulled item, though it is what its address says, cannot be used here."""


@dataclass(frozen=True)
class Listing:
    """A repository at one commit (40 digits; None: there is no such repository or branch yet), and its files."""

    kind: RepositoryKind
    repository: str
    commit: str | None
    files: frozenset[str] = frozenset()

    def folder(self, item: Item) -> str | None:
        """Where the item lies, under whatever name: by its manifest, which comes in one commit with its files."""
        return self._folders.get((f"{item.KIND}s", item.short))

    def holds(self, item: Item) -> bool:
        """Whether the item is there."""
        return self.folder(item) is not None

    @cached_property
    def _folders(self) -> dict[tuple[str, str], str]:
        """Folders by kind and address."""
        found = (_FOLDER.fullmatch(path) for path in sorted(self.files, reverse=True))
        return {(match["kind"], match["address"]): match["folder"] for match in found if match}


def connect() -> None:
    """As hub_client.connect, without the client's progress bars, which would run across ours."""
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    hub_client.connect()


def listing(hub: Hub, kind: RepositoryKind) -> Listing:
    """What the repository of this kind holds now; raises MissingError if it, or its branch, does not exist."""
    with hub_client.client(kind=kind, repository=hub.repository, revision=hub.revision) as client:
        found = client.repo_info(hub.repository, repo_type=kind, revision=hub.revision)
        return Listing(kind, hub.repository, found.sha, frozenset(file.rfilename for file in found.siblings))


def pull(there: Listing, item: Item, note: Say = lambda _: None) -> Path:
    """Fetch `item` and put it in its place; returns what its stage returns. note: of each file.

    Raises HubError if the Hub does not provide it, UnfitError if it does not go with what is here, and EquidynError,
    which names the file, if anything is not what address and manifest say.
    """
    with sole_writer(item.lock):
        staging = _STAGING / item.lock.replace("/", "--")
        fetched = _fetched(there, item, staging, note)
        try:
            files, fault = _unpacked(item, fetched, staging)
            fault = fault or item.mismatch(files)
            if fault:
                raise manifest.refusal(item, there.folder(item), item.ORIGIN, fault)
            unfit = item.unfit(files)
            if unfit:
                raise UnfitError(unfit)
            return item.place(files)
        finally:
            shutil.rmtree(staging)


def _unpacked(item: Item, fetched: Files, staging: Path) -> tuple[Files, str | None]:
    """The item's files as they are here, and why they cannot be made of what was fetched."""
    try:
        return item.unpacked(fetched, staging), None
    except EquidynError as fault:
        return {}, str(fault)


def _fetched(there: Listing, item: Item, staging: Path, note: Say) -> Files:
    files, folder = {}, there.folder(item)
    for name, wanted in manifest.checksums(item, folder, _file(there, item, manifest.NAME, staging)).items():
        note(f"{item.name}: {name}")
        path = staging / folder / name
        if not path.is_file() or sha256(path) != wanted:
            path.unlink(missing_ok=True)
            _file(there, item, name, staging)
        found = sha256(path)
        if found != wanted:
            raise manifest.refusal(item, folder, name, f"its SHA-256 is {found}, and its manifest says {wanted}")
        files[name] = path
    return files


def _file(there: Listing, item: Item, name: str, staging: Path) -> Path:
    folder = there.folder(item)
    file = f"{folder}/{name}"
    if file not in there.files:
        raise manifest.refusal(item, folder, name, "its manifest names it, but it is not there")
    place = {"kind": there.kind, "repository": there.repository, "revision": there.commit, "file": file}
    with hub_client.client(**place) as client:
        options = {"repo_type": there.kind, "revision": there.commit, "local_dir": staging}
        return Path(client.hf_hub_download(there.repository, file, **options))


def pull_all(hub: Hub, items: list[Item], named: bool, dry_run: bool, say: Say) -> str:
    """Pull what is not finished here; returns how many of each outcome, as text.

    named: asked for one by one, so that an item which is not there or does not fit is an EquidynError.
    """
    connect()
    there = _listings(hub, items)
    counts: Counter[str] = Counter()
    with progress("pull", len(items)) as advance:
        for number, item in enumerate(items):
            outcome, reason = _outcome(there[item.HOME], item, dry_run, lambda text, done=number: advance(done, text))
            if named and reason:
                raise EquidynError(f"{item.name}: not pulled from {hub.repository}: {reason}")
            counts[outcome] += 1
            say(f"{outcome}: {item.name}" + (f" ({reason})" if outcome == "not fitting" else ""))
            advance(number + 1, item.name)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())


def _listings(hub: Hub, items: list[Item]) -> dict[RepositoryKind, Listing]:
    """Of each repository that the items lie in; one of them may be missing."""
    found, missing = {}, []
    for home in dict.fromkeys(item.HOME for item in items):
        try:
            found[home] = listing(hub, home)
        except MissingError as fault:
            missing.append(fault)
            found[home] = Listing(home, hub.repository, None)
    if len(missing) == len(found):
        raise HubError("; ".join(map(str, missing)))
    return found


def _outcome(there: Listing, item: Item, dry_run: bool, note: Say) -> tuple[str, str]:
    """What has become of an item, and why it was not pulled."""
    if item.unfinished() is None:
        return "here already", ""
    if not there.holds(item):
        return "not on the Hub", f"nothing has its address {item.address}"
    if dry_run:
        return "to pull", ""
    try:
        pull(there, item, note)
    except UnfitError as fault:
        return "not fitting", str(fault)
    return "pulled", ""
