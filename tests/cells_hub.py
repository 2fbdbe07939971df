"""A whole hub on this machine: repositories of data and models that the real client can make, fill and read.

What it speaks is what the client of huggingface_hub asks of the Hub: making of repositories, listings, commits of small
files within the request and of large ones by LFS, and files.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from cells_hub_faults import FaultyHandler
from hubs import use

LARGE = (".h5", ".safetensors", ".png", ".gif")  # kept by LFS, as the Hub does by name
LARGEST_SMALL = 10_000
TOKEN = "hf_the_secret_of_the_tests"
_FILE = re.compile(r"/(datasets/)?([\w.-]+/[\w.-]+)/resolve/([^/]+)/(.+)")
_API = re.compile(r"/api/(datasets|models)/([\w.-]+/[\w.-]+)/(tree|preupload|commit|branch)/([^/]+)")
_LFS = re.compile(r"/(datasets/)?([\w.-]+/[\w.-]+)\.git/info/lfs/objects/batch")


@dataclass
class Branch:
    """Its files, and how many commits it has had."""

    files: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0

    @property
    def revision(self) -> str:
        """40 digits that change with each commit."""
        return f"{self.commits:040x}"


@dataclass
class Repository:
    """Branches by name. private: shown only with the token."""

    private: bool
    branches: dict[str, Branch] = field(default_factory=lambda: {"main": Branch()})


class CellsHub(ThreadingHTTPServer):
    """Repositories by ("datasets" or "models", owner/name); it notes each request that it gets.

    token: the one that may write. fault: see cells_hub_faults.py.
    """

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token, self.fault = token, None
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.large: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.over = Event()

    @property
    def address(self) -> str:
        """What HF_ENDPOINT is to be."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def asked(self, pattern: str) -> list[str]:
        """The requests that match."""
        return [request for request in self.requests if re.search(pattern, request)]


class _Handler(FaultyHandler):
    def answer(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        routes = [
            (_FILE, self._file),
            (_API, self._api),
            (_LFS, self._batch),
            (re.compile("/__lfs/(.+)"), self._upload),
        ]
        for pattern, route in routes:
            found = pattern.fullmatch(path)
            if found:
                return route(body, *found.groups())
        known = {"/api/repos/create": self._create, "/api/validate-yaml": lambda _: self.reply({"errors": []})}
        return known.get(path, lambda _: self.refuse(404, "Unknown"))(body)

    def _branch(self, kind: str, name: str, revision: str) -> Branch | None:
        """The branch; None after a refusal."""
        found = self.server.repositories.get((kind, name))
        if found is None or (found.private and not self._known()):
            self.refuse(404, "RepoNotFound")
            return None
        if revision not in found.branches:
            self.refuse(404, "RevisionNotFound")
            return None
        return found.branches[revision]

    def _known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.server.token}"

    def _may_write(self) -> bool:
        if not self._known():
            self.refuse(401, "")
        return self._known()

    def _file(self, _: bytes, datasets: str | None, name: str, revision: str, path: str) -> None:
        found = self._branch("datasets" if datasets else "models", name, revision)
        if found is None:
            return
        if path not in found.files:
            self.refuse(404, "EntryNotFound")
            return
        content = found.files[path]
        headers = {"X-Repo-Commit": found.revision, "ETag": f'"{_etag(path, content)}"'}
        self.reply_file(content, headers)

    def _api(self, body: bytes, kind: str, name: str, what: str, revision: str) -> None:
        if what != "tree" and not self._may_write():
            return
        if what == "branch":
            self.server.repositories[kind, name].branches[revision] = Branch()
            self.reply({})
            return
        found = self._branch(kind, name, revision)
        if found is None:
            return
        if what == "tree":
            self.reply([_entry(path, content) for path, content in sorted(found.files.items())])
        elif what == "preupload":
            files = json.loads(body)["files"]
            self.reply({"files": [_mode(file["path"], file["size"]) for file in files]})
        elif what == "commit":
            self._commit(found, name, [json.loads(line) for line in body.splitlines()])

    def _commit(self, branch: Branch, name: str, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                branch.files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                branch.files[value["path"]] = self.server.large[value["oid"]]
        branch.commits += 1
        page = f"{self.server.address}/{name}/commit/{branch.revision}"
        told = {"commitOid": branch.revision, "commitUrl": page, "pullRequestUrl": None}
        self.reply({"success": True, "hookOutput": ""} | told)

    def _batch(self, body: bytes, _: str | None, name: str) -> None:
        if not self._may_write():
            return
        objects = [self._offer(wanted["oid"], wanted["size"]) for wanted in json.loads(body)["objects"]]
        self.reply({"transfer": "basic", "objects": objects})

    def _offer(self, oid: str, size: int) -> dict[str, Any]:
        upload = {"upload": {"href": f"{self.server.address}/__lfs/{oid}", "header": {}}}
        return {"oid": oid, "size": size} | ({} if oid in self.server.large else {"actions": upload})

    def _upload(self, body: bytes, oid: str) -> None:
        assert hashlib.sha256(body).hexdigest() == oid
        self.server.large[oid] = body
        self.reply({})

    def _create(self, body: bytes) -> None:
        if not self._may_write():
            return
        wanted = json.loads(body)
        kind, name = f"{wanted.get('type') or 'model'}s", f"{wanted['organization']}/{wanted['name']}"
        private = wanted.get("private") or wanted.get("visibility") == "private"
        self.server.repositories.setdefault((kind, name), Repository(bool(private)))
        self.reply({"url": f"{self.server.address}/{'datasets/' if kind == 'datasets' else ''}{name}"})


def _entry(path: str, content: bytes) -> dict[str, Any]:
    entry = {"type": "file", "path": path, "size": len(content), "oid": _blob(content)}
    large = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return entry | ({"lfs": large} if _is_large(path, len(content)) else {})


def _mode(path: str, size: int) -> dict[str, Any]:
    return {"path": path, "uploadMode": "lfs" if _is_large(path, size) else "regular", "shouldIgnore": False}


def _is_large(path: str, size: int) -> bool:
    return path.endswith(LARGE) or size > LARGEST_SMALL


def _etag(path: str, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if _is_large(path, len(content)) else _blob(content)


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def running(token: str) -> Iterator[CellsHub]:
    """A hub that answers until the end of the block."""
    with CellsHub(token) as hub:
        Thread(target=hub.serve_forever, args=(0.01,), daemon=True).start()
        yield hub
        hub.over.set()
        hub.shutdown()


def ask(hub: CellsHub, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the client ask this hub, with its token, and keep its own things beside `folder`."""
    use(monkeypatch, hub.server_address[1])
    monkeypatch.setenv("HF_TOKEN", hub.token)
    monkeypatch.setenv("HF_HOME", str(folder.parent / f"{folder.name}-client"))
