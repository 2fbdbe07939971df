"""Talking to the Hub: only after it was seen to answer, by its own client, in a process that can be ended.

Where a server takes a connection and then says nothing, the Hub's client tries again for minutes. So it works in a
process of its own (worker.py) and is watched: as long as something new comes or goes, however slowly, it goes on.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import IO, Any

from equidyn.data.hub import silence
from equidyn.errors import EquidynError
from equidyn.hub.worker import FORBIDDEN, UNAUTHORIZED
from equidyn.params.hub import Hub

PATIENCE_SECONDS = 5.0  # without anything new; with the probe and the start of the client, under 10 s
_SECONDS_TO_END = 1.0
_WORKER = "equidyn.hub.worker"
# Not over the Hub's newer storage (xet), of whose waiting no limits are known. What the user has set counts more.
_SETTINGS = {
    "HF_HUB_DOWNLOAD_TIMEOUT": "3",
    "HF_HUB_ETAG_TIMEOUT": "3",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
_TOKEN = "set HF_TOKEN, or run `hf auth login`"
_WORDS = {
    UNAUTHORIZED: f"does not know you (401): a private repository, and every push, needs a token: {_TOKEN}",
    FORBIDDEN: f"does not let you do that (403): the token must be allowed to; {_TOKEN} with another one",
    "RepositoryNotFoundError": "shows no {kind} {repository}: see hub.repository; `equidyn hub push` makes it",
    "RevisionNotFoundError": "has no branch or tag {revision} of the {kind} {repository}: see hub.revision",
    "GatedRepoError": "asks for permission to see the {kind} {repository}: get it on its page",
}


class HubError(EquidynError):
    """The Hub does not answer, or refuses: what was asked for must be had otherwise, or later."""


class Client:
    """The Hub's client for the repositories of a params.yaml. The process starts with the first call.

    Environment: HF_TOKEN (or the client's own login), HF_ENDPOINT, HF_HUB_OFFLINE and the proxy variables count, as for
    every user of the Hub. No token passes through this process.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._process: subprocess.Popen[str] | None = None
        self._lines: Queue[dict[str, Any] | None] = Queue()

    @property
    def repository(self) -> str:
        """owner/name."""
        return self._hub.repository

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def call(self, action: str, kind: str, told: Callable[[int], None] | None = None, **arguments: Any) -> Any:
        """What `action` of worker.py returns for the repository of this kind; told: bytes that have gone or come.

        Raises HubError, within ten seconds after the last sign of life.
        """
        where = {"kind": kind, "repository": self._hub.repository, "revision": self._hub.revision}
        process = self._running()
        try:
            process.stdin.write(json.dumps({"action": action, **where, **arguments}) + "\n")
            process.stdin.flush()
            answer = self._answer(told or (lambda _: None))
        except (BrokenPipeError, _SilenceError) as fault:
            self._end()
            raise HubError(f"{_place()}: {fault}") from None
        if "fault" not in answer:
            return answer["answer"]
        ours = _WORDS.get(answer["fault"])
        raise HubError(f"{_place()} {ours.format(**where)}" if ours else f"{_place()}: {answer['words']}")

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            _check_answers()
            command = [sys.executable, "-P", "-m", _WORKER]
            streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            environment = _SETTINGS | os.environ | {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": _endpoint()}
            self._process = subprocess.Popen(command, text=True, env=environment, **streams)
            self._lines = Queue()
            Thread(target=_pass_on, args=(self._process.stdout, self._lines), daemon=True).start()
            self._lines.get()  # starting takes as long as it takes: no server is to blame for it
        return self._process

    def _answer(self, told: Callable[[int], None]) -> dict[str, Any]:
        patience, last, note = PATIENCE_SECONDS, time.monotonic(), ""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, last + patience - time.monotonic()))
            except Empty:
                raise _SilenceError(
                    note or f"it took the connection, then nothing new came for {patience:g} s"
                ) from None
            if line is None:
                raise _SilenceError("the Hub's client ended without an answer")
            if "answer" in line or "fault" in line:
                return line
            if "note" in line:
                note = line["note"]
                continue
            last, patience = time.monotonic(), line.get("patience", patience) or PATIENCE_SECONDS
            if "bytes" in line:
                told(line["bytes"])

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            _close(stream)


class _SilenceError(Exception):
    """Nothing new came for too long."""


def _check_answers() -> None:
    """Raise HubError at once if the Hub may not be asked, and within three seconds if nothing answers."""
    from huggingface_hub import constants

    if constants.is_offline_mode():
        raise HubError(f"{_place()}: HF_HUB_OFFLINE forbids to ask it")
    reason = silence(_endpoint())
    if reason:
        raise HubError(f"{_place()} does not answer ({reason})")


def _endpoint() -> str:
    from huggingface_hub import constants

    return constants.ENDPOINT


def _place() -> str:
    """The endpoint without the name and password that it may hold."""
    return re.sub("//[^/]*@", "//", _endpoint())


def _pass_on(stream: IO[str], lines: Queue[dict[str, Any] | None]) -> None:
    for line in stream:
        lines.put(json.loads(line))
    lines.put(None)


def _close(stream: IO[str]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return
