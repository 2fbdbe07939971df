"""The Hub's own client, huggingface_hub, within limits, and its errors in plain words.

Left alone, the client repeats a request for minutes, and some of its requests never time out. Here it is used only once
the Hub has answered a probe; every request has the client's download timeout (HF_HUB_DOWNLOAD_TIMEOUT, 10 s), and none
is sent more than ATTEMPTS times. HF_ENDPOINT and the proxy variables count; the token is HF_TOKEN, and no other.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread, get_ident
from typing import TYPE_CHECKING, Any

from equidyn.core.errors import EquidynError, first_line

if TYPE_CHECKING:
    from httpx2 import Client, Request, Response
    from huggingface_hub import HfApi

PROBE_SECONDS = 3.0
ATTEMPTS = 3
COMMIT_SECONDS = 60.0  # the Hub works on a large commit for seconds before it answers
LONGEST_WAIT = 30  # seconds; a Hub that asks for more is not waited for
_REPEATED = {408, 429, 500, 502, 503, 504}  # statuses after which the client sends a request again
_MEANINGS: dict[Any, str] = {  # by the client's exception or by status; the first that fits counts
    "GatedRepoError": "{repository} needs its owner's permission: ask for it on its page, then set HF_TOKEN",
    "RepositoryNotFoundError": "there is no {kind} {repository}; if it is private, set HF_TOKEN",
    "RevisionNotFoundError": "the {kind} {repository} has no branch, tag or commit {revision}",
    "RemoteEntryNotFoundError": "the {kind} {repository} has no file {file} at {revision}",
    401: "no access without a valid token (401): set HF_TOKEN",
    403: "the token in HF_TOKEN does not permit this (403)",
    409: "somebody else is changing {repository} (409): try again",
    412: "somebody else has changed {repository} meanwhile (412): try again",
}
_attempts: Counter[tuple[int, str, str, str]] = Counter()  # of each request of the present call


class HubError(EquidynError):
    """The Hub cannot be reached, or refuses."""


class MissingError(HubError):
    """There is no such repository, revision or file."""


class ConflictError(HubError):
    """Somebody else has committed since the repository was looked at."""


def connect() -> None:
    """Set the client up; raises HubError at once if HF_HUB_OFFLINE is set, within 3 s if nothing answers."""
    from huggingface_hub import constants, set_client_factory
    from huggingface_hub.utils import logging

    if constants.is_offline_mode():
        raise HubError("HF_HUB_OFFLINE is set")
    constants.HF_HUB_DISABLE_XET = True  # xet knows none of our limits, and splits one upload into several commits
    logging.set_verbosity_error()  # its warnings of each attempt; the last one becomes our error
    set_client_factory(_session)
    reason = _silence(constants.ENDPOINT)
    if reason:
        raise HubError(f"{endpoint()} does not answer ({reason})")


def endpoint() -> str:
    """HF_ENDPOINT or the Hub's address, without a name and password."""
    from huggingface_hub import constants

    return _clean(constants.ENDPOINT)


@contextmanager
def client(**place: str) -> Iterator["HfApi"]:
    """The client for one call; whatever goes wrong in it is raised as HubError. place: what messages need to name."""
    from huggingface_hub import HfApi

    _attempts.clear()
    try:
        yield HfApi(token=_token() or False)
    except Exception as fault:  # of whatever kind: no traceback of the client shall reach the user
        raise _explained(fault, {"kind": "dataset", "file": ""} | place) from None


def _explained(fault: BaseException, place: dict[str, str]) -> HubError:
    while fault.__cause__ is not None and not hasattr(fault, "response") and not isinstance(fault, HubError):
        fault = fault.__cause__
    if isinstance(fault, HubError):
        return fault
    name, response = type(fault).__name__, getattr(fault, "response", None)
    status = getattr(response, "status_code", None)
    known = next((text.format(**place) for key, text in _MEANINGS.items() if key in (name, status)), None)
    text = known or (_status(response) if response is not None else f"{name}: {first_line(fault)}")
    # Without a token the Hub answers 401 for what is private and for what does not exist alike.
    missing = status == 404 or (name == "RepositoryNotFoundError" and not _token())
    kind = MissingError if missing else ConflictError if status in (409, 412) else HubError
    return kind(_clean(f"{endpoint()}: {text}"))


def _status(response: "Response") -> str:
    """The Hub's own text is not quoted: it may repeat what was sent."""
    wait = f" and asks to wait {_wait(response)} s" if _wait(response) else ""
    return f"it answers {response.status_code} {response.reason_phrase}{wait}"


def _wait(response: "Response") -> int:
    """Seconds."""
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isdecimal() else 0


def _token() -> str:
    """HF_TOKEN without line breaks, which a pasted one may end in."""
    return "".join(os.environ.get("HF_TOKEN", "").split())


def _clean(text: str) -> str:
    """Without the token, and without the name and password that an address may hold."""
    return re.sub("//[^/]*@", "//", text.replace(_token() or "\0", "***"))


def _session() -> "Client":
    import httpx2

    return httpx2.Client(event_hooks={"request": [_limit], "response": [_give_up]}, follow_redirects=True)


def _limit(request: "Request") -> None:
    """A time limit for every request, and an end to those that get no answer."""
    from huggingface_hub import constants

    seconds = COMMIT_SECONDS if "/commit/" in request.url.path else constants.HF_HUB_DOWNLOAD_TIMEOUT
    request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    _attempts[_key(request)] += 1
    if _attempts[_key(request)] > ATTEMPTS:
        raise HubError(f"{endpoint()}: no complete answer in {ATTEMPTS} attempts")


def _give_up(response: "Response") -> None:
    """The client sends requests again that were refused for the moment; not for ever, and not after a long wait."""
    key = _key(response.request)
    if response.is_success and response.request.method != "GET":  # of a GET, what follows may still be cut
        _attempts.pop(key, None)
    elif response.status_code in _REPEATED and (_attempts[key] >= ATTEMPTS or _wait(response) > LONGEST_WAIT):
        raise HubError(f"{endpoint()}: {_status(response)}")


def _key(request: "Request") -> tuple[int, str, str, str]:
    """Several threads may upload equal files to one place; a download that has made progress asks for another range."""
    return get_ident(), request.method, str(request.url), request.headers.get("Range", "")


def _silence(url: str) -> str | None:
    """Why `url`, or the proxy before it, does not answer; None if it does, with whatever status."""
    import httpx2

    answers: Queue[str | None] = Queue()

    def ask() -> None:
        try:
            httpx2.head(url, timeout=PROBE_SECONDS)
        except Exception as fault:
            answers.put(_clean(first_line(fault)))
        else:
            answers.put(None)

    Thread(target=ask, daemon=True).start()
    try:  # in a thread, since looking up a name has no time limit
        return answers.get(timeout=PROBE_SECONDS)
    except Empty:
        return f"no answer within {PROBE_SECONDS:g} s"
