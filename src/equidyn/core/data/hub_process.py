"""A process with the Hub's own client, so that the client can be watched, and ended.

Where a server takes a connection and then says nothing, the client tries again for minutes, and where one breaks off
each time at the same byte, for ever. As long as something new comes or goes, however slowly, it goes on; once nothing
new has come for some seconds, the process (core/data/hub_worker.py) is ended, and removes what it has fetched in part.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import IO, Any

from equidyn.core.data import hub_endpoint

PATIENCE_SECONDS = 5.0  # without anything new; with the probe and the start of the client, under 10 s
_SECONDS_TO_END = 1.0
_ENDED = "the Hub's client ended without an answer"
# Waiting for one answer; then the client asks again, and is often heard. Not over the Hub's newer storage (xet), of
# whose waiting no limits are known. What the user has set counts more.
_SETTINGS = {
    "HF_HUB_DOWNLOAD_TIMEOUT": "3",
    "HF_HUB_ETAG_TIMEOUT": "3",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


class ClientError(Exception):
    """What the Hub's client says of a call that failed, on one line.

    fault: the name of its exception; "" if it says nothing more. status: that of HTTP, if the Hub has answered.
    """

    def __init__(self, words: str, fault: str = "", status: int | None = None) -> None:
        super().__init__(words)
        self.fault, self.status = fault, status

    def first_of(self, meanings: dict[str | int, str]) -> str | None:
        """The first of these meanings, by names of exceptions and statuses, that fits; None if none does."""
        return next((words for key, words in meanings.items() if key in (self.fault, self.status)), None)


class Process:
    """Answers calls one after the other; it starts with the first one, and again after one that brought no answer.

    worker: the module that runs in it. stderr: where what the client itself shows goes to, as of subprocess.Popen.
    Environment: HF_TOKEN (or the client's own login), HF_ENDPOINT and the proxy variables count, as for every user of
    the Hub. No token passes through the process that calls.
    """

    def __init__(self, worker: str, stderr: int | None = None) -> None:
        self._worker, self._stderr = worker, stderr
        self._process: subprocess.Popen[str] | None = None
        self._reader: Thread | None = None
        self._lines: Queue[dict[str, Any] | None] = Queue()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, kind: type | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    @property
    def running(self) -> bool:
        """Whether it has started, and not ended."""
        return self._process is not None

    def call(self, action: str, told: Callable[[int], None] = lambda _: None, **arguments: Any) -> Any:
        """What `action` of the worker returns. told: of bytes that have come or gone, all within this call.

        Raises ClientError, within some seconds after the last sign of life.
        """
        if not self.running:
            self._start()
        with suppress(BrokenPipeError):  # it has ended, which reading tells, too
            self._process.stdin.write(json.dumps({"action": action, **arguments}) + "\n")
            self._process.stdin.flush()
        answer = self._answer(told)
        if "fault" in answer:
            raise ClientError(answer["words"], answer["fault"], answer["status"])
        return answer["answer"]

    def end(self) -> None:
        """End it, if it runs, and give it a second to clear up."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join()
        process.stdout.close()
        with suppress(BrokenPipeError):  # of a call that it has not taken
            process.stdin.close()

    def _start(self) -> None:
        command = [sys.executable, "-P", "-m", self._worker]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._stderr}
        environment = _SETTINGS | os.environ | {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": hub_endpoint.address()}
        self._process, self._lines = subprocess.Popen(command, text=True, env=environment, **streams), Queue()
        self._reader = Thread(target=_pass_on, args=(self._process.stdout, self._lines), daemon=True)
        self._reader.start()
        if self._lines.get() is None:  # starting takes as long as it takes: no server is to blame for it
            raise self._lost(_ENDED)

    def _answer(self, told: Callable[[int], None]) -> dict[str, Any]:
        """The worker's last line of a call; hub_worker.py says what the others mean."""
        patience, last, note = PATIENCE_SECONDS, time.monotonic(), ""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, last + patience - time.monotonic()))
            except Empty:
                words = note or f"it took the connection, then nothing new came for {patience:g} s"
                raise self._lost(words) from None
            if line is None:
                raise self._lost(_ENDED)
            if "answer" in line or "fault" in line:
                return line
            if "note" in line:
                note = line["note"]
                continue
            last, patience = time.monotonic(), line.get("patience", patience) or PATIENCE_SECONDS
            if "bytes" in line:
                told(line["bytes"])

    def _lost(self, words: str) -> ClientError:
        """Why there is no answer; the next call starts a new process."""
        self.end()
        return ClientError(words)


def _pass_on(stream: IO[str], lines: Queue[dict[str, Any] | None]) -> None:
    for line in stream:
        lines.put(json.loads(line))
    lines.put(None)
