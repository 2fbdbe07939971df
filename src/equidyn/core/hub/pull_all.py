"""`equidyn hub pull`: many cells by one process of the Hub's client."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from equidyn.core.errors import EquidynError
from equidyn.core.hub import manifest
from equidyn.core.hub.client import Client, HubError
from equidyn.core.hub.item import Item, RepositoryKind, UnfitError, unfinished
from equidyn.core.hub.pull import pull
from equidyn.core.params.hub import Hub
from equidyn.core.progress import progress

_HERE, _PULLED, _WOULD, _ABSENT, _REFUSED = "here already", "pulled", "to pull", "not on the Hub", "not fitting"


def pull_all(hub: Hub, items: list[Item], named: bool, dry_run: bool, say: Callable[[str], None]) -> str:
    """Pull what is not finished here; returns how many of each kind, in words.

    named: they were asked for one by one, so that one which cannot be had is an EquidynError. Raises HubError if the
    Hub does not answer or refuses, and EquidynError if a file is not what it should be.
    """
    counts: Counter[str] = Counter()
    with Client(hub) as client, progress("pull", len(items)) as advance:
        listings = _listings(client, hub, items)
        for number, item in enumerate(items):

            def told(count: int, number: int = number, name: str = item.name) -> None:
                advance(number, f"{name}: {count / 1e6:.1f} MB")

            there = f"{item.folder}/{manifest.NAME}" in listings[item.HOME]
            outcome, reason = _outcome(client, item, there, dry_run, told)
            if named and outcome in (_ABSENT, _REFUSED):
                raise EquidynError(f"{item.name}: not pulled from {hub.repository}: {reason}")
            counts[outcome] += 1
            say(f"{outcome}: {item.name}{f' ({reason})' if outcome == _REFUSED else ''}")
            advance(number + 1, item.name)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())


def _listings(client: Client, hub: Hub, items: list[Item]) -> dict[RepositoryKind, dict[str, Any]]:
    """What each repository holds; one of them may not be there."""
    found = {home: client.call("listing", home) for home in dict.fromkeys(item.HOME for item in items)}
    if not any(listing is not None for listing in found.values()):
        raise HubError(
            f"hub.repository: the Hub shows no {' and no '.join(found)} {hub.repository} with a branch or tag "
            f"{hub.revision} (private ones need HF_TOKEN, or `hf auth login`)"
        )
    return {home: listing or {} for home, listing in found.items()}


def _outcome(client: Client, item: Item, there: bool, dry_run: bool, told: Callable[[int], None]) -> tuple[str, str]:
    """What has become of an item, and why."""
    if unfinished(item) is None:
        return _HERE, ""
    if not there:
        return _ABSENT, f"there is no {item.folder}"
    if dry_run:
        return _WOULD, ""
    try:
        pull(client, item, told)
    except UnfitError as fault:
        return _REFUSED, str(fault)
    return _PULLED, ""
