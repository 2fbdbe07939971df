"""Files of the Hub: from the cache, from a hub on this machine by the real client, and what is said without either."""

import hashlib
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import huggingface_hub
import pytest
from archives import ROTATION, TRUE, fields, made, rotation_members, same_bits, source, zipped
from huggingface_hub import constants

from equidyn.data import hub
from equidyn.errors import EquidynError

REPOSITORY, FILE = "owner/smoke", "Smoke/Rotation.zip"
REVISION, OTHER = "0123456789abcdef" * 2 + "01234567", "f" * 40
CONTENT = b"what the archive holds"


class _Hub(BaseHTTPRequestHandler):
    """As much of the Hub as a download needs: one dataset with one commit and one file."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.server.requests.append(self.path)
        fault = self._fault()
        body = b"" if fault else self.server.content
        self.send_response({None: 200, "GatedRepo": 403}.get(fault, 404))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header(*(("X-Error-Code", fault) if fault else ("ETag", f'"{hashlib.sha256(body).hexdigest()}"')))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _fault(self) -> str | None:
        repository, _, rest = self.path.removeprefix("/datasets/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        if repository != REPOSITORY:
            return "GatedRepo" if repository == "owner/gated" else "RepoNotFound"
        if revision != REVISION:
            return "RevisionNotFound"
        return None if file == FILE else "EntryNotFound"

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(autouse=True)
def cache(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and an endpoint at which nobody listens."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    _use(monkeypatch, _free_port())
    return workplace / "cache"


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as server:
        return server.server_address[1]


def _use(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    endpoint = f"http://127.0.0.1:{port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    """A hub on this machine, which counts what it is asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as hub_here:
        hub_here.requests, hub_here.content = [], CONTENT
        Thread(target=hub_here.serve_forever, args=(0.01,), daemon=True).start()
        _use(monkeypatch, hub_here.server_address[1])
        yield hub_here
        hub_here.shutdown()


def _cached(cache: Path) -> Path:
    path = cache / "datasets--owner--smoke" / "snapshots" / REVISION / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def test_a_cached_file_needs_no_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _cached(cache)
    monkeypatch.setattr(hub, "_silence", lambda _: pytest.fail("the network was asked"))
    assert hub.fetch(REPOSITORY, REVISION, FILE) == path


def test_a_cached_file_is_used_offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _cached(cache)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert hub.fetch(REPOSITORY, REVISION, FILE) == path


def test_another_commit_in_the_cache_is_not_taken(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _cached(cache)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EquidynError, match=f"{FILE} of the dataset {REPOSITORY} at {OTHER}: not in the cache"):
        hub.fetch(REPOSITORY, OTHER, FILE)


def test_offline_says_so_and_asks_nobody(
    cache: Path, server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EquidynError, match="HF_HUB_OFFLINE forbids to fetch it") as caught:
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert all(words in str(caught.value) for words in (str(cache), "source.path", "HF_HUB_CACHE"))
    assert server.requests == []


def test_the_client_fetches_once(cache: Path, server: ThreadingHTTPServer, capsys: pytest.CaptureFixture) -> None:
    first = hub.fetch(REPOSITORY, REVISION, FILE)
    asked = len(server.requests)
    assert first.read_bytes() == CONTENT
    assert first.is_relative_to(cache)
    assert hub.fetch(REPOSITORY, REVISION, FILE) == first
    assert len(server.requests) == asked > 0
    assert f"fetching {FILE} of the dataset {REPOSITORY} at {REVISION}" in capsys.readouterr().err


def test_a_set_is_made_from_the_hub(server: ThreadingHTTPServer) -> None:
    server.content = zipped(rotation_members()).read_bytes()
    remote = {"path": None, "repository": REPOSITORY, "revision": REVISION, "file": FILE}
    found = made(source(ROTATION, **remote), TRUE)
    assert same_bits(found.velocity[0], fields(3))
    assert found.attributes["provenance"]["archive"]["file"] == f"{FILE} of the dataset {REPOSITORY} at {REVISION}"


UNKNOWN = {
    "gated": (("owner/gated", REVISION, FILE), "source.repository: owner/gated asks for permission first"),
    "repository": (("owner/other", REVISION, FILE), "source.repository: there is no public dataset owner/other"),
    "revision": ((REPOSITORY, OTHER, FILE), f"source.revision: {REPOSITORY} has no commit {OTHER}"),
    "file": ((REPOSITORY, REVISION, "Rotation.zip"), f"source.file: {REPOSITORY} has no file Rotation.zip at"),
}


@pytest.mark.parametrize(("wanted", "words"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_hub_does_not_have_is_named(wanted: tuple, words: str, server: ThreadingHTTPServer) -> None:
    with pytest.raises(EquidynError, match=words):
        hub.fetch(*wanted)
    assert server.requests


def test_refused_connections_are_told_at_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *_, **__: pytest.fail("the client was called"))
    started = time.monotonic()
    with pytest.raises(EquidynError, match=r"does not answer \(Connection refused\)") as caught:
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert time.monotonic() - started < 1
    assert all(words in str(caught.value) for words in (str(cache), "source.path", "HF_HUB_CACHE"))


def test_silence_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "PROBE_SECONDS", 0.1)
    monkeypatch.setattr(hub, "_connect", lambda *_: time.sleep(5))
    started = time.monotonic()
    with pytest.raises(EquidynError, match=r"does not answer \(nothing within 0\.1 s\)"):
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert time.monotonic() - started < 2


def test_unknown_hosts_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "https://hub.invalid")
    with pytest.raises(EquidynError, match=r"https://hub\.invalid does not answer"):
        hub.fetch(REPOSITORY, REVISION, FILE)


def test_a_connection_that_breaks_later_is_told(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionResetError("reset by peer\nsecond line")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", broken)
    with pytest.raises(EquidynError, match=r"not fetched \(reset by peer\); try again, or use source.path"):
        hub.fetch(REPOSITORY, REVISION, FILE)


ADDRESSES = {
    "plain": ({}, "https://hub.example", ("hub.example", 443)),
    "own port": ({}, "http://hub.example:8080/path", ("hub.example", 8080)),
    "proxy": ({"https_proxy": "http://proxy.example:3128"}, "https://hub.example", ("proxy.example", 3128)),
    "bare proxy": ({"https_proxy": "proxy.example:3128"}, "https://hub.example", ("proxy.example", 3128)),
    "proxy of another scheme": (
        {"http_proxy": "http://proxy.example:3128"},
        "https://hub.example",
        ("hub.example", 443),
    ),
    "exception": (
        {"https_proxy": "http://proxy.example:3128", "no_proxy": "hub.example"},
        "https://hub.example",
        ("hub.example", 443),
    ),
}


@pytest.mark.parametrize(("environment", "endpoint", "expected"), ADDRESSES.values(), ids=ADDRESSES)
def test_the_first_machine_on_the_way_is_probed(
    environment: dict[str, str], endpoint: str, expected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert hub._address(endpoint) == expected
