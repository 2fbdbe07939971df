"""Files of the Hub: from the cache, from a hub on this machine by the real client, and what is said without either."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from signal import Signals
from threading import Timer

import pytest
from archives import ROTATION, TRUE, fields, made, rotation_members, same_bits, source, zipped
from hubs import OTHER, REPOSITORY, REVISION, Hub, free_port, serving, use
from huggingface_hub import constants

from equidyn.core.data import hub, hub_endpoint, hub_process
from equidyn.core.errors import EquidynError

FILE = "Smoke/Rotation.zip"
CONTENT = b"what the archive holds" * 3000


@pytest.fixture(autouse=True)
def cache(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and an endpoint at which nobody listens."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(workplace / "cache"))
    use(monkeypatch, free_port())
    return workplace / "cache"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine, which counts what it is asked."""
    with serving(monkeypatch, {FILE: CONTENT}) as hub_here:
        yield hub_here


def _cached(cache: Path) -> Path:
    path = cache / "datasets--owner--smoke" / "snapshots" / REVISION / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def test_a_cached_file_needs_no_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _cached(cache)
    monkeypatch.setattr(hub_endpoint, "silence", lambda: pytest.fail("the network was asked"))
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


def test_offline_says_so_and_asks_nobody(cache: Path, server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EquidynError, match="HF_HUB_OFFLINE forbids to fetch it") as caught:
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert all(words in str(caught.value) for words in (str(cache), "source.path", "HF_HUB_CACHE"))
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
    server.files[FILE] = zipped(rotation_members()).read_bytes()
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
def test_what_the_hub_does_not_have_is_named(wanted: tuple, words: str, server: Hub) -> None:
    with pytest.raises(EquidynError, match=words):
        hub.fetch(*wanted)
    assert server.requests


def test_refused_connections_are_told_at_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_process.Process, "call", lambda *_, **__: pytest.fail("the client was called"))
    started = time.monotonic()
    with pytest.raises(EquidynError, match=r"does not answer \(Connection refused\)") as caught:
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert time.monotonic() - started < 1
    assert all(words in str(caught.value) for words in (str(cache), "source.path", "HF_HUB_CACHE"))


def test_silence_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_endpoint, "PROBE_SECONDS", 0.1)
    monkeypatch.setattr(hub_endpoint, "_connect", lambda *_: time.sleep(5))
    started = time.monotonic()
    with pytest.raises(EquidynError, match=r"does not answer \(nothing within 0\.1 s\)"):
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert time.monotonic() - started < 2


def test_unknown_hosts_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "https://hub.invalid")
    with pytest.raises(EquidynError, match=r"https://hub\.invalid does not answer"):
        hub.fetch(REPOSITORY, REVISION, FILE)


NOTHING_NEW = "it took the connection, then nothing new came for 1 s"
FAULTY = {
    "silent": NOTHING_NEW,
    "silent later": NOTHING_NEW,
    "stalls": NOTHING_NEW,
    "cuts": NOTHING_NEW,  # each time after the same half, so that trying again, which the client does, is of no use
    "503": "it answers 503 Service Unavailable",
}


@pytest.mark.parametrize(("fault", "words"), FAULTY.items(), ids=FAULTY)
def test_a_hub_at_fault_is_not_waited_for(
    fault: str, words: str, cache: Path, server: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_process, "PATIENCE_SECONDS", 1.0)
    server.fault = fault
    started = time.monotonic()
    with pytest.raises(hub.UnavailableError) as caught:
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert time.monotonic() - started < 10
    told = f"{FILE} of the dataset {REPOSITORY}: not fetched from {constants.ENDPOINT} ({words})"
    assert str(caught.value) == f"{told}; try again, or use source.path"
    assert server.requests
    assert _left(cache) == []


def _left(cache: Path) -> list[Path]:
    """Files of the cache that hold something, or would be taken for something."""
    files = [path for path in cache.rglob("*") if path.is_file() and path.name != "CACHEDIR.TAG"]
    return [path for path in files if path.stat().st_size or ".locks" not in path.parts]


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "alone"])
def test_a_client_that_is_ended_clears_up(how: str, cache: Path, server: Hub) -> None:
    """In the middle of a file; alone: as it is once the process that it works for has been killed."""
    server.fault = "stalls"
    command = [sys.executable, "-P", "-m", "equidyn.core.data.hub_worker"]
    environment = hub_process._SETTINGS | os.environ | {"HF_ENDPOINT": constants.ENDPOINT, "HF_HUB_OFFLINE": "0"}
    call = {"kind": "dataset", "repository": REPOSITORY, "revision": REVISION, "file": FILE, "cache_dir": str(cache)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as client:
        client.stdin.write(json.dumps({"action": "fetch", **call}) + "\n")
        client.stdin.flush()
        while not json.loads(client.stdout.readline()).get("bytes"):
            assert client.poll() is None
        assert any(path.name.endswith(".incomplete") for path in cache.rglob("*"))
        client.stdin.close() if how == "alone" else client.send_signal(Signals[how])
        assert client.wait(timeout=5) == 0
    assert _left(cache) == []


def test_a_password_in_the_address_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", f"http://name:hunter2@127.0.0.1:{free_port()}")
    with pytest.raises(EquidynError, match=r"http://127\.0\.0\.1:\d+ does not answer") as caught:
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert "hunter2" not in str(caught.value)


def test_probe_and_patience_end_within_ten_seconds() -> None:
    assert hub_endpoint.PROBE_SECONDS + hub_process.PATIENCE_SECONDS < 10


def test_a_slow_hub_is_waited_for(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_process, "PATIENCE_SECONDS", 2.0)
    server.pause = 0.6  # before each part
    assert hub.fetch(REPOSITORY, REVISION, FILE).read_bytes() == CONTENT


def test_a_token_that_is_refused_is_told(server: Hub) -> None:
    server.fault = "401"
    with pytest.raises(hub.UnavailableError, match=r"does not show owner/smoke to you \(401\).*see HF_TOKEN"):
        hub.fetch(REPOSITORY, REVISION, FILE)


def test_a_client_that_dies_is_told(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(hub.UnavailableError, match="the Hub's client ended without an answer"):
        hub.fetch(REPOSITORY, REVISION, FILE)


def test_a_cache_that_cannot_be_written_is_told(cache: Path, server: Hub) -> None:
    cache.write_text("a file")
    with pytest.raises(hub.UnavailableError, match=r"cache, which cannot be written \(.+\)\. Set HF_HUB_CACHE"):
        hub.fetch(REPOSITORY, REVISION, FILE)
    assert server.requests == []


def test_what_another_process_fetches_is_waited_for(cache: Path, server: Hub, capsys: pytest.CaptureFixture) -> None:
    place = cache / ".locks" / "equidyn--owner--smoke.lock"
    place.parent.mkdir(parents=True)
    with place.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        Timer(0.3, lambda: (_cached(cache), fcntl.flock(other, fcntl.LOCK_UN))).start()
        found = hub.fetch(REPOSITORY, REVISION, FILE)
    assert found.read_bytes() == CONTENT
    assert server.requests == []
    assert "another process is fetching it; waiting" in capsys.readouterr().err


def test_the_words_are_those_of_the_user(cache: Path, server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(hub.UnavailableError, match=f"source.files.test: {REPOSITORY} has no file other at"):
        hub.fetch(REPOSITORY, REVISION, "other", key="source.files.test", instead=None)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(hub.UnavailableError, match="on a machine that can, and set HF_HUB_CACHE") as caught:
        hub.fetch(REPOSITORY, REVISION, FILE, key="source.files.test", instead=None)
    assert "source.path" not in str(caught.value)


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
    assert hub_endpoint._first_machine(endpoint) == expected
