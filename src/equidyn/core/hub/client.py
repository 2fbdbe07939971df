"""Talking to the Hub about the repositories of a params.yaml: only after it was seen to answer, and in our words.

Its own client does it in a process that is watched (core/data/hub_process.py), by the actions of core/hub/worker.py.
"""

import subprocess
from collections.abc import Callable
from types import TracebackType
from typing import Any

from equidyn.core.data import hub_endpoint
from equidyn.core.data.hub_process import ClientError, Process
from equidyn.core.errors import EquidynError
from equidyn.core.params.hub import Hub

_WORKER = "equidyn.core.hub.worker"
_TOKEN = "set HF_TOKEN, or run `hf auth login`"
# What the client's refusals mean, by the name of its exception or by the status; the first that fits counts.
_WORDS = {
    "GatedRepoError": "asks for permission to see the {kind} {repository}: get it on its page",
    401: f"does not know you (401): a private repository, and every push, needs a token: {_TOKEN}",
    403: f"does not let you do that (403): the token must be allowed to; {_TOKEN} with another one",
    "RepositoryNotFoundError": "shows no {kind} {repository}: see hub.repository; `equidyn hub push` makes it",
    "RevisionNotFoundError": "has no branch or tag {revision} of the {kind} {repository}: see hub.revision",
}


class HubError(EquidynError):
    """The Hub does not answer, or refuses: what was asked for must be had otherwise, or later."""


class Client:
    """The Hub's client for the repositories of a params.yaml; HF_HUB_OFFLINE forbids to ask it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._process = Process(_WORKER, stderr=subprocess.DEVNULL)  # its bars would go across ours

    @property
    def repository(self) -> str:
        """owner/name."""
        return self._hub.repository

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._process.end()

    def call(self, action: str, kind: str, told: Callable[[int], None] = lambda _: None, **arguments: Any) -> Any:
        """What `action` of worker.py returns for the repository of this kind; told: bytes that have gone or come.

        Raises HubError, within ten seconds after the last sign of life.
        """
        where = {"kind": kind, "repository": self._hub.repository, "revision": self._hub.revision}
        if not self._process.running:
            _check_answers()
        try:
            return self._process.call(action, told, **where, **arguments)
        except ClientError as fault:
            place, ours = hub_endpoint.shown(), fault.first_of(_WORDS)
            raise HubError(f"{place} {ours.format(**where)}" if ours else f"{place}: {fault}") from None


def _check_answers() -> None:
    """Raise HubError at once if the Hub may not be asked, and within three seconds if nothing answers."""
    from huggingface_hub import constants

    if constants.is_offline_mode():
        raise HubError(f"{hub_endpoint.shown()}: HF_HUB_OFFLINE forbids to ask it")
    reason = hub_endpoint.silence()
    if reason:
        raise HubError(f"{hub_endpoint.shown()} does not answer ({reason})")
