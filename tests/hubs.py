"""A Hub on this machine: as much as the client of huggingface_hub asks of it, and able to fail as networks do."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hub_repositories import LARGE, Branch, Repository, blob
from huggingface_hub import constants

from equidyn.core.data import hub_client

REPOSITORY = "owner/smoke"
REVISION, OTHER = "0123456789abcdef" * 2 + "01234567", "f" * 40
TOKEN = "hf_the_secret_of_the_tests"
LONGER_THAN_ALLOWED = 15.0  # seconds
_FILE = re.compile(r"/(datasets/)?([\w.-]+/[\w.-]+)/resolve/([^/]+)/(.+)")
_API = re.compile(r"/api/(datasets|models)/([\w.-]+/[\w.-]+)/(revision|preupload|commit|branch|tree)/([^/]+)(/.+)?")
_LFS = re.compile(r"/(datasets/)?([\w.-]+/[\w.-]+)\.git/info/lfs/objects/batch")


@dataclass
class Fault:
    """Of requests with `where` in their line: a status, "silent", "cut" or "stalls" (both after half of a file).

    wait: seconds, and code: the Hub's own word, which go with a status. times: how many requests fail.
    """

    kind: int | str
    where: str = ""
    wait: int | None = None
    code: str = ""
    times: int = 10**6


class Hub(ThreadingHTTPServer):
    """Repositories by ("datasets" or "models", owner/name); it notes each request. token: the one that may write.

    before_commit: called with the branch before a commit is looked at.
    """

    def __init__(self, fault: Fault | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault = fault
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.large: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.before_commit: Callable[[Branch], None] = lambda _: None
        self.over, self.lock = Event(), Lock()

    @property
    def address(self) -> str:
        """What HF_ENDPOINT is to be."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def asked(self, pattern: str) -> list[str]:
        """The requests that match."""
        return [request for request in self.requests if re.search(pattern, request)]

    def files(self, kind: str, name: str = "owner/cells") -> dict[str, bytes]:
        """Of the main branch."""
        return self.repositories[kind, name].branches["main"].files


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        line, body = f"{self.command} {self.path}", self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(line)
        fault = self.fault = self._fault(line)
        if fault and fault.kind == "silent":
            self._wait()
        elif fault and isinstance(fault.kind, int):
            self._refuse(fault.kind, fault.code, fault.wait)
        else:
            self._answer(body)

    do_GET = do_HEAD = do_POST = do_PUT = _handle  # noqa: N815

    def _fault(self, line: str) -> Fault | None:
        fault = self.server.fault
        if fault is None or fault.where not in line or fault.times <= 0:
            return None
        fault.times -= 1
        return fault

    def _wait(self) -> None:
        self.server.over.wait(LONGER_THAN_ALLOWED)
        self.close_connection = True

    def _answer(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        upload = re.compile("/__lfs/(.+)")
        for pattern, route in ((_FILE, self._file), (_API, self._api), (_LFS, self._batch), (upload, self._upload)):
            if found := pattern.fullmatch(path):
                return route(body, *found.groups())
        known = {"/api/repos/create": self._create, "/api/validate-yaml": lambda _: self._reply({"errors": []})}
        return known.get(path, lambda _: self._refuse(404, "Unknown"))(body)

    def _reply(self, tree: Any) -> None:
        self._send(200, json.dumps(tree).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, code: str, wait: int | None = None) -> None:
        headers = {"X-Error-Code": code} if code else {}
        self._send(status, b"{}", headers | ({"Retry-After": str(wait)} if wait is not None else {}))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        broken = self.fault is not None and self.fault.kind in ("cut", "stalls")
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[: len(body) // 2] if broken else body)
        if broken and self.fault.kind == "stalls":
            self.wfile.flush()
            self._wait()
        self.close_connection = self.close_connection or broken

    def _branch(self, kind: str, name: str, revision: str) -> Branch | None:
        """The branch; None after a refusal."""
        found = self.server.repositories.get((kind, name))
        if found is None or (found.private and not self._known()):
            self._refuse(404, "RepoNotFound")
        elif found.at(revision) is None:
            self._refuse(404, "RevisionNotFound")
        else:
            return found.at(revision)
        return None

    def _known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _may_write(self) -> bool:
        if not self._known():
            self._refuse(401, "")
        return self._known()

    def _file(self, _: bytes, datasets: str | None, name: str, revision: str, path: str) -> None:
        found = self._branch("datasets" if datasets else "models", name, revision)
        if found and path not in found.files:
            self._refuse(404, "EntryNotFound")
        elif found:
            content = found.files[path]
            tag = hashlib.sha256(content).hexdigest() if path.endswith(LARGE) else blob(content)
            self._send(200, content, {"X-Repo-Commit": found.commit, "ETag": f'"{tag}"'})

    def _api(self, body: bytes, kind: str, name: str, what: str, revision: str, folder: str | None) -> None:
        if what not in ("revision", "tree") and not self._may_write():
            return
        if what == "branch":
            self.server.repositories[kind, name].branches[revision] = Branch()
            self._reply({})
        elif found := self._branch(kind, name, revision):
            answers = {"revision": self._info, "preupload": self._modes, "commit": self._commit, "tree": self._tree}
            answers[what](found, name, body if what != "tree" else (folder or "/")[1:])

    def _tree(self, branch: Branch, _: str, folder: str) -> None:
        self._reply(branch.tree(folder, "recursive=true" in self.path))

    def _info(self, branch: Branch, name: str, _: bytes) -> None:
        self._reply({"id": name, "sha": branch.commit, "siblings": [{"rfilename": path} for path in branch.files]})

    def _modes(self, branch: Branch, _: str, body: bytes) -> None:
        modes = []
        for file in json.loads(body)["files"]:
            path, mode = file["path"], "lfs" if file["path"].endswith(LARGE) else "regular"
            modes.append({"path": path, "uploadMode": mode, "shouldIgnore": False})
            if path in branch.files and mode == "regular":
                modes[-1]["oid"] = blob(branch.files[path])
        self._reply({"files": modes})

    def _commit(self, branch: Branch, name: str, body: bytes) -> None:
        header, *entries = (json.loads(line) for line in body.splitlines())
        with self.server.lock:
            self.server.before_commit(branch)
            if header["value"].get("parentCommit", branch.commit) != branch.commit:
                self._refuse(412, "")
                return
            for value in (entry["value"] for entry in entries):
                small = "content" in value
                content = base64.b64decode(value["content"]) if small else self.server.large[value["oid"]]
                branch.files[value["path"]] = content
            branch.commits += 1
        page = f"{self.server.address}/{name}/commit/{branch.commit}"
        self._reply({"success": True, "commitOid": branch.commit, "commitUrl": page, "pullRequestUrl": None})

    def _batch(self, body: bytes, _: str | None, name: str) -> None:
        if self._may_write():
            objects = [self._offer(wanted["oid"], wanted["size"]) for wanted in json.loads(body)["objects"]]
            self._reply({"transfer": "basic", "objects": objects})

    def _offer(self, oid: str, size: int) -> dict[str, Any]:
        upload = {"upload": {"href": f"{self.server.address}/__lfs/{oid}", "header": {}}}
        return {"oid": oid, "size": size} | ({} if oid in self.server.large else {"actions": upload})

    def _upload(self, body: bytes, oid: str) -> None:
        assert hashlib.sha256(body).hexdigest() == oid
        self.server.large[oid] = body
        self._reply({})

    def _create(self, body: bytes) -> None:
        if not self._may_write():
            return
        wanted = json.loads(body)
        kind, name = f"{wanted.get('type') or 'model'}s", f"{wanted['organization']}/{wanted['name']}"
        private = wanted.get("private") or wanted.get("visibility") == "private"
        self.server.repositories.setdefault((kind, name), Repository(bool(private)))
        self._reply({"url": f"{self.server.address}/{'datasets/' if kind == 'datasets' else ''}{name}"})

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def running(fault: Fault | None = None) -> Iterator[Hub]:
    """A Hub that answers until the end of the block."""
    with Hub(fault) as hub:
        Thread(target=hub.serve_forever, args=(0.01,), daemon=True).start()
        yield hub
        hub.over.set()
        hub.shutdown()


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], fault: Fault | None = None) -> Iterator[Hub]:
    """A Hub with these files in the dataset REPOSITORY at REVISION, which is asked until the end of the block."""
    with running(fault) as hub:
        hub.repositories["datasets", REPOSITORY] = Repository(branches={"main": Branch(files, pinned=REVISION)})
        use(monkeypatch, hub.server_address[1])
        yield hub


def free_port() -> int:
    """A port at which nobody listens."""
    with Hub() as hub:
        return hub.server_address[1]


def use(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Take the Hub at this port, online, and no proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    endpoint(monkeypatch, f"http://127.0.0.1:{port}")


def endpoint(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """What the client reads from HF_ENDPOINT when it is imported."""
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    )


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second or less, and no second attempt, so that faults show soon."""
    monkeypatch.setattr(hub_client, "PROBE_SECONDS", 1.0)
    monkeypatch.setattr(hub_client, "ATTEMPTS", 1)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.5)
