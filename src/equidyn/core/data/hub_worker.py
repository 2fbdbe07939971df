"""The Hub's own client, in a process of its own (core/data/hub_process.py): one JSON line in per call, several lines out.

Lines out: {"bytes": n}, new bytes have gone or come, n in all within this call; {"patience": s}, the next sign may take
so long, or as long as usual (null); {"note": ...}, what the Hub has refused, though the client may try again; at last
{"answer": ...}, or {"fault": ..., "status": ..., "words": ...} with the name of the client's exception and, if the Hub
has answered, the status of HTTP (null otherwise). This module fetches files; core/hub/worker.py adds what else can be asked.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from queue import Queue
from threading import Lock, Thread
from typing import Any

from equidyn.core.errors import first_line

_TRIED_AGAIN = {408, 429, 500, 502, 503, 504}  # by the client, after some seconds
_CHUNK = 2**14  # bytes; the client's own 10 MB would hide for minutes that a slow network is alive
_SECONDS_TO_END = 1.0
_ENDING = (signal.SIGTERM, signal.SIGINT)
Action = Callable[..., Any]


class _Signs:
    """Says that there are new bytes, or that a new question was answered. A retry brings nothing new."""

    def __init__(self) -> None:
        self._lock, self._total, self._answered = Lock(), 0, set[tuple[str, str]]()

    def restart(self) -> None:
        self._total, self._answered = 0, set()

    def more(self, count: int) -> None:
        with self._lock:
            self._total += count
            say({"bytes": self._total})

    def response(self, response: Any) -> None:
        """A hook of the client: told of every response."""
        question = (response.request.method, str(response.request.url))
        if response.status_code in _TRIED_AGAIN:
            say({"note": _refusal(response)})
        elif response.is_success and question not in self._answered:
            self._answered.add(question)
            self.more(0)


_signs = _Signs()


class Progress:
    """Passes on how far one file has come, further than before: the client drops bytes when it tries again."""

    def __init__(self) -> None:
        self._position = self._furthest = 0

    def move(self, count: float) -> None:
        """So many bytes on, or back."""
        self._position += int(count)
        if self._position > self._furthest:
            _signs.more(self._position - self._furthest)
            self._furthest = self._position

    def back_to(self, position: int) -> None:
        """At this byte of the file."""
        self._position = position


def fetch(kind: str, repository: str, revision: str, file: str, **place: str) -> str | None:
    """Path of the fetched file; None if the repository has no such file. place: cache_dir or local_dir, a folder."""
    from huggingface_hub import constants, errors, hf_hub_download

    constants.DOWNLOAD_CHUNK_SIZE = _CHUNK
    try:
        return hf_hub_download(repository, file, repo_type=kind, revision=revision, tqdm_class=_bar(), **place)
    except errors.RemoteEntryNotFoundError:
        return None


def _bar() -> type:
    """The client's progress bar, which gives signs, too."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            self.progress = Progress()
            super().__init__(*args, **options)

        def update(self, n: float | None = 1) -> bool | None:
            self.progress.move(n or 0)
            return super().update(n)

    return Bar


def _answered(actions: dict[str, Action], request: dict[str, Any]) -> dict[str, Any]:
    from huggingface_hub import errors

    _signs.restart()
    try:
        return {"answer": actions[request.pop("action")](**request)}
    except Exception as fault:  # whatever goes wrong in the client is told by the other process
        why = fault
        while why.__cause__ and not isinstance(why, errors.HfHubHTTPError):
            why = why.__cause__
        response = getattr(why, "response", None)
        words = _refusal(response) if response is not None else f"{type(why).__name__}: {_told(why)}"
        return {"fault": type(why).__name__, "status": getattr(response, "status_code", None), "words": words}


def _refusal(response: Any) -> str:
    """The Hub's own words are not quoted: they may repeat what was sent."""
    wait = response.headers.get("Retry-After")
    asks = f", and asks to wait {int(wait)} s" if wait and wait.isdigit() else ""
    return f"it answers {response.status_code} {response.reason_phrase}{asks}"


def _told(fault: BaseException) -> str:
    """Without the token, which it may repeat."""
    from huggingface_hub import get_token

    line, token = first_line(fault), get_token()
    return line.replace(token, "***") if token else line


def say(tree: dict[str, Any]) -> None:
    """One write per line: several threads send files."""
    os.write(sys.stdout.fileno(), (json.dumps(tree) + "\n").encode())


def serve(**actions: Action) -> None:
    """Answer calls of these actions until the process is to end, or the other one is gone."""
    for number in _ENDING:
        signal.signal(number, _end)
    try:
        _serve(actions)
    except SystemExit:
        os._exit(0)  # not as usual: the thread that reads cannot be stopped


def _serve(actions: dict[str, Action]) -> None:
    from huggingface_hub.utils import get_session

    import_module("huggingface_hub.file_download")  # what takes long is no fault of the server
    get_session().event_hooks["response"].append(_signs.response)
    say({"bytes": 0})
    requests: Queue[str] = Queue()
    Thread(target=_read, args=(requests,), daemon=True).start()
    while True:
        say(_answered(actions, json.loads(requests.get())))


def _end(*_: object) -> None:
    """Raise an exception, so that the client clears up; nothing more may disturb it then."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit()


def _read(requests: "Queue[str]") -> None:
    """In a thread of its own: once the other process is gone, even killed, nobody waits for an answer."""
    for line in sys.stdin:
        requests.put(line)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_END)
    os._exit(0)


if __name__ == "__main__":
    serve(fetch=fetch)
