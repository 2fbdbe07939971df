"""A hub on this machine, as much of it as a download needs, and able to fail in the ways that hubs and networks do."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from huggingface_hub import constants

REPOSITORY = "owner/smoke"
REVISION, OTHER = "0123456789abcdef" * 2 + "01234567", "f" * 40
LONGER_THAN_ALLOWED = 15.0  # seconds
PARTS = 4  # in which files are sent
_STATUS = {"401": 401, "503": 503, "GatedRepo": 403}


class Hub(ThreadingHTTPServer):
    """One dataset with one commit, which notes what it is asked.

    files: content by name. fault: None; "401", "503"; "silent", which takes connections and never answers; "silent
    later", which answers no GET; "stalls" and "cuts", after half of a file. pause: seconds before each part of a file.
    """

    def __init__(self, files: dict[str, bytes], fault: str | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.fault = files, fault
        self.pause = 0.0
        self.requests: list[str] = []
        self.over = Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.server.requests.append(self.path)
        fault = self.server.fault
        if fault == "silent" or (fault == "silent later" and self.command == "GET"):
            self._wait()
        else:
            refusal = fault if fault in _STATUS else self._refusal()
            body = b"" if refusal else self.server.files[self.path.partition(f"/{REVISION}/")[2]]
            self._head(refusal, body)
            if self.command == "GET":
                self._send(body)

    def _refusal(self) -> str | None:
        repository, _, rest = self.path.removeprefix("/datasets/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        if repository != REPOSITORY:
            return "GatedRepo" if repository == "owner/gated" else "RepoNotFound"
        if revision != REVISION:
            return "RevisionNotFound"
        return None if file in self.server.files else "EntryNotFound"

    def _head(self, refusal: str | None, body: bytes) -> None:
        self.send_response(_STATUS.get(refusal, 404) if refusal else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", REVISION)
        if refusal and not refusal.isdigit():
            self.send_header("X-Error-Code", refusal)
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.end_headers()

    def _send(self, body: bytes) -> None:
        broken = self.server.fault in ("stalls", "cuts")
        part = max(1, len(body) // PARTS)
        for start in range(0, len(body) // 2 if broken else len(body), part):
            self.server.over.wait(self.server.pause)
            self.wfile.write(body[start : start + part])
        if self.server.fault == "stalls":
            self.wfile.flush()
            self._wait()
        self.close_connection = broken

    def _wait(self) -> None:
        self.server.over.wait(LONGER_THAN_ALLOWED)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], fault: str | None = None) -> Iterator[Hub]:
    """A hub, which is the one that is asked until the end of the block."""
    with Hub(files, fault) as hub:
        Thread(target=hub.serve_forever, args=(0.01,), daemon=True).start()
        use(monkeypatch, hub.server_address[1])
        yield hub
        hub.over.set()
        hub.shutdown()


def free_port() -> int:
    """A port at which nobody listens."""
    with Hub({}, None) as hub:
        return hub.server_address[1]


def use(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Take the hub at this port, online, and no proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{port}")
