"""The Hub's own client, in a process of its own, so that it can be stopped.

Where a server takes a connection and then says nothing, the client tries again for minutes, and where one breaks off
each time at the same byte, for ever. So it is watched: as long as new bytes come, however slowly, it goes on; once none
has come for some seconds, it is ended, and removes what it had fetched in part.
"""

import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

UNAUTHORIZED = "Unauthorized"  # the fault, whatever the exception, where the Hub does not take who asks
_ALIVE = "."  # a line of the client: it has started, or has got new bytes; the last line is its answer, as JSON
_SECONDS_TO_END = 1.0
_CHUNK = 2**14  # bytes; the client's own 10 MB would hide for minutes that a slow network is alive
# Waiting for one answer; then the client asks again, and is often heard. Not over its newer way of fetching (xet), of
# which no limits are known. What the user has set counts more.
_SETTINGS = {"HF_HUB_DOWNLOAD_TIMEOUT": "3", "HF_HUB_ETAG_TIMEOUT": "3", "HF_HUB_DISABLE_XET": "1"}


def ask(repository: str, revision: str, file: str, cache: str, endpoint: str, patience: float) -> dict[str, str]:
    """Let the client fetch one file of a dataset into the folder `cache`; patience [s]: longest time without new bytes.

    Returns {"path": ...}, or {"fault": ..., "words": ...}: the name of the client's exception, UNAUTHORIZED or "", and
    what it says, on one line.
    """
    command = [sys.executable, "-P", "-m", __name__, repository, revision, file, cache, endpoint]
    environment = _SETTINGS | os.environ | {"HF_HUB_OFFLINE": "0"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as client:
        lines: Queue[str] = Queue()
        reader = Thread(target=_pass_on, args=(client.stdout, lines), daemon=True)
        reader.start()
        try:
            return _answer(lines, patience)
        finally:
            _end(client)
            reader.join()


def _pass_on(stream: IO[str], lines: Queue[str]) -> None:
    for line in stream:
        lines.put(line.strip())
    lines.put("")


def _answer(lines: Queue[str], patience: float) -> dict[str, str]:
    line = lines.get()  # starting takes as long as it takes: no server is to blame for it
    try:
        while line == _ALIVE:
            line = lines.get(timeout=patience)
    except Empty:
        return {"fault": "", "words": f"it took the connection, then nothing new came for {patience:g} s"}
    return json.loads(line) if line else {"fault": "", "words": "the Hub's client ended without an answer"}


def _end(client: subprocess.Popen) -> None:
    client.terminate()
    try:
        client.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        client.kill()


class _Sign:
    """Says that there are new bytes; the client tells it of the bytes that it gets, and of those it has to drop."""

    def __init__(self) -> None:
        self.position = self.furthest = 0

    def update(self, count: float) -> None:
        self.position += count
        if self.position > self.furthest:
            self.furthest = self.position
            print(_ALIVE, flush=True)


def _bar() -> type:
    """The client's progress bar, which gives signs, too."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            self.sign = _Sign()
            super().__init__(*args, **options)

        def update(self, n: float | None = 1) -> bool | None:
            self.sign.update(n or 0)
            return super().update(n)

    return Bar


def _fetched(repository: str, revision: str, file: str, cache: str, endpoint: str) -> dict[str, str]:
    """What `ask` returns."""
    from huggingface_hub import constants, errors, hf_hub_download

    constants.DOWNLOAD_CHUNK_SIZE = _CHUNK
    where = {"repo_type": "dataset", "revision": revision, "cache_dir": cache, "endpoint": endpoint}
    try:
        return {"path": hf_hub_download(repository, file, tqdm_class=_bar(), **where)}
    except (errors.HTTPError, errors.EntryNotFoundError, OSError, ValueError) as fault:
        why = fault.__cause__ if isinstance(fault, errors.LocalEntryNotFoundError) and fault.__cause__ else fault
        unknown = type(fault) is errors.HfHubHTTPError and fault.response.status_code == 401
        name = UNAUTHORIZED if unknown else type(fault).__name__
        return {"fault": name, "words": (str(why).strip() or type(why).__name__).splitlines()[0]}


def _main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))  # an exception, so that the client clears up
    import_module("huggingface_hub.file_download")  # what takes long is no fault of the server
    print(_ALIVE, flush=True)
    print(json.dumps(_fetched(*sys.argv[1:])), flush=True)
    os._exit(0)  # nothing is left to do, and by now this process may be ended at any time


if __name__ == "__main__":
    _main()
