"""Pushing: send finished items, some per commit; each appears whole, with its manifest and the card, in one commit.

What is there already is not sent again, whoever made it. A commit names the one that it was made for, so that the Hub
refuses it if somebody else was faster; then what is still lacking is sent on top of theirs.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from equidyn.core.data import hub_client
from equidyn.core.data.hub_client import ConflictError, MissingError
from equidyn.core.errors import EquidynError
from equidyn.core.hub import card, manifest
from equidyn.core.hub.item import Item, RepositoryKind
from equidyn.core.hub.pull import Listing, connect, listing
from equidyn.core.params.hub import Hub
from equidyn.core.progress import progress

ITEMS_PER_COMMIT = 20  # about 100 files, as the Hub advises
ATTEMPTS = 5


@dataclass
class Plan:
    """What a push will do. unfinished: with the reason why it cannot be pushed."""

    to_send: list[Item] = field(default_factory=list)
    there: list[Item] = field(default_factory=list)
    unfinished: list[tuple[Item, str]] = field(default_factory=list)


def planned(hub: Hub, items: list[Item]) -> Plan:
    """Compare what is finished here with what the Hub has; nothing is sent."""
    connect()
    plan = Plan()
    listings = {home: _listing(hub, home) for home in dict.fromkeys(item.HOME for item in items)}
    for item in items:
        reason = item.unfinished()
        if reason:
            plan.unfinished.append((item, reason))
        else:
            (plan.there if _complete(item, listings[item.HOME]) else plan.to_send).append(item)
    return plan


def refuse_unfinished(plan: Plan) -> None:
    """Raise EquidynError for items that were asked for by name."""
    if plan.unfinished:
        lines = "\n  ".join(f"{item.name}: {reason}" for item, reason in plan.unfinished)
        raise EquidynError(f"not finished here, so nothing was pushed:\n  {lines}")


def push(hub: Hub, plan: Plan, known: list[Item], private: bool) -> None:
    """Send what `planned` found. known: what the cards may tell of. private: of a repository that has to be made."""
    finished = [item for item in known if item.unfinished() is None] if plan.to_send else []
    with progress("push", len(plan.to_send)) as advance:
        done = 0
        for home in dict.fromkeys(item.HOME for item in plan.to_send):
            if _listing(hub, home).commit is None:
                _create(hub, home, private)
            items = [item for item in plan.to_send if home == item.HOME]
            for start in range(0, len(items), ITEMS_PER_COMMIT):
                batch = items[start : start + ITEMS_PER_COMMIT]
                size = sum(path.stat().st_size for item in batch for path in item.outputs().values())
                advance(done, f"{batch[0].name} and {len(batch) - 1} more, {size / 1e6:.1f} MB")
                _send(hub, home, batch, [item for item in finished if home == item.HOME])
                done += len(batch)
                advance(done, batch[-1].name)


def _listing(hub: Hub, home: RepositoryKind) -> Listing:
    try:
        return listing(hub, home)
    except MissingError:
        return Listing(home, hub.repository, None)


def _complete(item: Item, there: Listing) -> bool:
    return there.holds(item) and there.files >= {f"{there.folder(item)}/{name}" for name in item.names()}


def _create(hub: Hub, home: RepositoryKind, private: bool) -> None:
    """Make the repository and the branch, unless they are there."""
    with hub_client.client(kind=home, repository=hub.repository, revision=hub.revision) as client:
        client.create_repo(hub.repository, repo_type=home, private=private or None, exist_ok=True)
        if hub.revision != "main":
            client.create_branch(hub.repository, repo_type=home, branch=hub.revision, exist_ok=True)


def _send(hub: Hub, home: RepositoryKind, items: list[Item], finished: list[Item]) -> None:
    """One commit, and after a conflict another of what is then still lacking; ConflictError if that goes on."""
    for attempt in range(ATTEMPTS):
        there = _listing(hub, home)
        lacking = [item for item in items if not _complete(item, there)]
        if not lacking:
            return
        try:
            _commit(hub, there, lacking, [item for item in finished if item in lacking or there.holds(item)])
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return


def _commit(hub: Hub, there: Listing, items: list[Item], shown: list[Item]) -> None:
    message = items[0].name + (f" and {len(items) - 1} more" if len(items) > 1 else "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for item in items:
            _pack(item, folder / item.folder, _link(hub, item))
        (folder / card.NAME).write_text(card.text_of(there, shown, _card(hub, there)), encoding="utf-8")
        with hub_client.client(kind=there.kind, repository=hub.repository, revision=hub.revision) as client:
            options = {"repo_type": there.kind, "revision": hub.revision, "parent_commit": there.commit}
            client.upload_folder(repo_id=hub.repository, folder_path=folder, commit_message=message, **options)


def _pack(item: Item, folder: Path, link: str) -> None:
    """Lay the item's files out as they are sent, with their manifest."""
    folder.mkdir(parents=True)
    packed = item.packed(folder, link)
    for name, path in packed.items():
        if path != folder / name:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(path.resolve())
    (folder / manifest.NAME).write_text(manifest.text_of(item, packed), encoding="utf-8")


def _link(hub: Hub, item: Item) -> str:
    """Where the item's files can be had."""
    kind = "datasets/" if item.HOME == "dataset" else ""
    return f"{hub_client.endpoint()}/{kind}{hub.repository}/resolve/{hub.revision}/{item.folder}"


def _card(hub: Hub, there: Listing) -> str:
    """The card that is there now, if any."""
    if card.NAME not in there.files:
        return ""
    place = {"kind": there.kind, "repository": hub.repository, "revision": hub.revision}
    with tempfile.TemporaryDirectory() as folder, hub_client.client(**place) as client:
        options = {"repo_type": there.kind, "revision": there.commit, "local_dir": folder}
        return Path(client.hf_hub_download(hub.repository, card.NAME, **options)).read_text(encoding="utf-8")
