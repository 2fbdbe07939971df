"""Pinned files of the Hub: from the cache, or fetched by the real client; and what is said when neither works."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import ROTATION, TRUE, fields, made, rotation_members, same_bits, source, zipped
from hubs import OTHER, REPOSITORY, REVISION, TOKEN, Fault, Hub, endpoint, free_port, impatient, serving, use
from huggingface_hub import constants

from equidyn.core.data import hub, hub_client

FILE = "Smoke/Rotation.zip"
CONTENT = b"what the archive holds" * 3000


@pytest.fixture(autouse=True)
def cache(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and an endpoint at which nobody listens."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    use(monkeypatch, free_port())
    return workplace / "cache"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub on this machine, which counts what it is asked."""
    with serving(monkeypatch, {FILE: CONTENT}) as hub_here:
        yield hub_here


def _cached(cache: Path) -> Path:
    path = cache / "datasets--owner--smoke" / "snapshots" / REVISION / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def _error(*wanted: str) -> str:
    with pytest.raises(hub.UnavailableError) as caught:
        hub.fetch(*(wanted or (REPOSITORY, REVISION, FILE)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("offline", [True, False])
def test_a_cached_file_needs_no_network(offline: bool, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a cache that can be written: it may be that of others."""
    path = _cached(cache)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    monkeypatch.setattr(hub_client, "connect", lambda: pytest.fail("the network was asked"))
    before = sorted(cache.rglob("*"))
    assert hub.fetch(REPOSITORY, REVISION, FILE) == path
    assert sorted(cache.rglob("*")) == before


def test_offline_says_so_and_asks_nobody(cache: Path, server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    _cached(cache)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    text = _error(REPOSITORY, OTHER, FILE)
    assert text.startswith(f"{FILE} of the dataset {REPOSITORY} at {OTHER} (source.file) is not in the cache {cache}")
    assert all(part in text for part in ("HF_HUB_OFFLINE is set", "source.path", "HF_HUB_CACHE"))
    assert server.requests == []


def test_the_client_fetches_once(cache: Path, server: Hub, capsys: pytest.CaptureFixture) -> None:
    first = hub.fetch(REPOSITORY, REVISION, FILE)
    asked = len(server.requests)
    assert first.read_bytes() == CONTENT
    assert first.is_relative_to(cache)
    assert hub.fetch(REPOSITORY, REVISION, FILE) == first
    assert len(server.requests) == asked > 0
    assert f"fetching {FILE} of the dataset {REPOSITORY} at {REVISION}" in capsys.readouterr().err


def test_a_set_is_made_from_the_hub(server: Hub) -> None:
    server.files("datasets", REPOSITORY)[FILE] = zipped(rotation_members()).read_bytes()
    remote = {"path": None, "repository": REPOSITORY, "revision": REVISION, "file": FILE}
    found = made(source(ROTATION, **remote), TRUE)
    assert same_bits(found.velocity[0], fields(3))
    assert found.attributes["provenance"]["archive"]["file"] == f"{FILE} of the dataset {REPOSITORY} at {REVISION}"


UNKNOWN = {
    "repository": (("owner/other", REVISION, FILE), "there is no dataset owner/other; if it is private, set HF_TOKEN"),
    "revision": ((REPOSITORY, OTHER, FILE), f"the dataset {REPOSITORY} has no branch, tag or commit {OTHER}"),
    "file": ((REPOSITORY, REVISION, "other"), f"the dataset {REPOSITORY} has no file other at {REVISION}"),
}


@pytest.mark.parametrize(("wanted", "text"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_hub_does_not_have_is_named(wanted: tuple, text: str, server: Hub) -> None:
    assert text in _error(*wanted)


FAULTS = {
    "silent": (Fault("silent"), "does not answer (no answer within 1 s)"),
    "silent later": (Fault("silent", "GET"), "ReadTimeout: timed out|no complete answer in 1 attempts"),
    "stalls": (Fault("stalls"), "no complete answer in 1 attempts"),
    "cut": (Fault("cut"), "no complete answer in 1 attempts"),
    "503": (Fault(503), "it answers 503 Service Unavailable"),
    "401": (Fault(401), "no access without a valid token (401): set HF_TOKEN"),
    "gated": (Fault(403, code="GatedRepo"), f"{REPOSITORY} needs its owner's permission"),
}


@pytest.mark.parametrize(("fault", "text"), FAULTS.values(), ids=FAULTS)
def test_a_hub_at_fault_is_not_waited_for(
    fault: Fault, text: str, cache: Path, server: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    server.fault = fault
    started = time.monotonic()
    found = _error()
    assert any(part in found for part in text.split("|")), found
    assert time.monotonic() - started < 10
    assert hub.cached(REPOSITORY, REVISION, FILE) is None
    assert not [path for path in cache.rglob("*") if path.is_file() and path.stat().st_size and "blobs" in path.parts]


def test_refused_connections_are_told_at_once() -> None:
    started = time.monotonic()
    assert "does not answer ([Errno 111] Connection refused)" in _error()
    assert time.monotonic() - started < hub_client.PROBE_SECONDS == 3


def test_unknown_hosts_and_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint(monkeypatch, "https://name:hunter2@hub.invalid")
    text = _error()
    assert "https://hub.invalid does not answer" in text
    assert "hunter2" not in text


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_client, "PROBE_SECONDS", 0.2)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(2))
    endpoint(monkeypatch, "http://hub.example")
    started = time.monotonic()
    assert "does not answer (no answer within 0.2 s)" in _error()
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_is_asked_in_place_of_the_hub(server: Hub, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, server.address)
    endpoint(monkeypatch, "http://hub.example")
    hub_client.connect()
    assert server.requests == ["HEAD http://hub.example/"]


def test_a_pasted_token_may_end_in_a_line_break(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    server.repositories["datasets", REPOSITORY].private = True
    assert f"there is no dataset {REPOSITORY}; if it is private, set HF_TOKEN" in _error()
    monkeypatch.setenv("HF_TOKEN", f"{TOKEN}\n")
    assert hub.fetch(REPOSITORY, REVISION, FILE).read_bytes() == CONTENT


def test_only_the_environment_gives_a_token(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._auth.get_token", lambda: pytest.fail("a stored login was read"))
    assert hub.fetch(REPOSITORY, REVISION, FILE).read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written_is_told(cache: Path, server: Hub) -> None:
    cache.write_text("a file")
    assert f"is not in the cache {cache}, and was not fetched" in _error()


def test_keys_are_those_of_the_user() -> None:
    with pytest.raises(hub.UnavailableError, match=r"\(source\.files\.test\) is not .* Try again, or set HF_HUB_CACHE"):
        hub.fetch(REPOSITORY, REVISION, "other", key="source.files.test", instead=None)
