"""Hubs and networks that fail: told within ten seconds, in plain words, and nothing half pulled is ever taken."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cells_hub import TOKEN, CellsHub
from cells_hub_faults import Fault
from equidyn.core.hub.client import Client, HubError
from finished_cells import DATASET, REPOSITORY, RUN, STUDY, outputs, small_tree, write_params
from hubs import free_port
from huggingface_hub import constants

from equidyn.core.data import hub_process
from equidyn.core.errors import EquidynError
from equidyn.core.hub import stage
from equidyn.core.hub.items import Items
from equidyn.core.hub.pull import pull
from equidyn.core.hub.push import planned, push
from equidyn.core.params import Cell, Params, load

CELL = Cell(STUDY, "eps000", "gcnn", 1)


@pytest.fixture
def params(full: CellsHub) -> Params:
    """Those of a study whose cells are finished here and on the Hub, and may be pulled."""
    return write_params(small_tree(pull=True))


@pytest.fixture
def elsewhere(params: Params, full: CellsHub) -> CellsHub:
    """A hub with all cells, which are no longer here."""
    for folder in ("data", "reports"):
        shutil.rmtree(folder)
    return full


@pytest.fixture
def unused(params: Params, full: CellsHub) -> CellsHub:
    """An empty hub; the finished cells are here."""
    full.repositories, full.large = {}, {}
    return full


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds in the place of five, which one test waits for."""
    monkeypatch.setattr(hub_process, "PATIENCE_SECONDS", 2.0)


def _push(params: Params) -> None:
    items = Items(params).all()
    with Client(params.hub) as client:
        push(client, planned(client, items), items, private=False)


def _pull(params: Params) -> Path | None:
    with Client(params.hub) as client:
        return pull(client, Items(params).dataset(STUDY, "eps000"))


WAITS = "and asks to wait 60 s"
FAULTS = {
    "401": (Fault(401), r"does not know you \(401\).*HF_TOKEN"),
    "403": (Fault(403), r"does not let you do that \(403\)"),
    "gated": (Fault(403, code="GatedRepo"), f"asks for permission to see the dataset {REPOSITORY}"),
    "429 to wait": (Fault(429, wait=60), rf"it answers 429 Too Many Requests, {WAITS}"),
    "500": (Fault(500), "it answers 500 Internal Server Error"),
    "black hole": (Fault("silent"), "it took the connection, then nothing new came for 2 s"),
}
IN_A_PULL = {
    "cut files": (Fault("cut", "GET /datasets"), "nothing new came for 2 s|RemoteProtocolError|ReadError"),
    "silence later": (Fault("silent", "data.h5"), "nothing new came for 2 s"),
    "500 later": (Fault(500, "data.h5"), "it answers 500"),
}
IN_A_PUSH = {
    "silence later": (Fault("silent", "PUT"), "nothing new came for 2 s"),
    "refused uploads": (Fault(500, "PUT"), "it answers 500"),
    "cut answers": (Fault("cut", "preupload"), "RemoteProtocolError|nothing new came"),
}


@pytest.mark.parametrize("case", [*FAULTS, *IN_A_PULL])
def test_a_pull_from_a_hub_at_fault_is_told_in_time(
    case: str, impatient: None, elsewhere: CellsHub, params: Params
) -> None:
    elsewhere.fault, words = (FAULTS | IN_A_PULL)[case]
    started = time.monotonic()
    with pytest.raises(HubError, match=words) as caught:
        _pull(params)
    assert time.monotonic() - started < 10
    assert str(caught.value).startswith(elsewhere.address)
    assert "\n" not in str(caught.value)
    assert outputs() == {}


@pytest.mark.parametrize("case", ["401", "429 to wait", "black hole", *IN_A_PUSH])
def test_a_push_to_a_hub_at_fault_is_told_in_time(case: str, impatient: None, unused: CellsHub, params: Params) -> None:
    unused.fault, words = (FAULTS | IN_A_PUSH)[case]
    started = time.monotonic()
    with pytest.raises(HubError, match=words):
        _push(params)
    assert time.monotonic() - started < 10
    assert not any(repository.branches["main"].files for repository in unused.repositories.values())


@pytest.mark.parametrize("case", ["401", "429 to wait", "black hole"])
def test_stages_compute_in_one_line(
    case: str, impatient: None, elsewhere: CellsHub, params: Params, capsys: pytest.CaptureFixture
) -> None:
    elsewhere.fault = FAULTS[case][0]
    assert stage.dataset(params, STUDY, "eps000") is None
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{DATASET}: not pulled from {REPOSITORY} (datasets/")
    assert line.endswith("; computing it")


def test_refused_connections_are_told_at_once(params: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{free_port()}")
    started = time.monotonic()
    with pytest.raises(HubError, match=r"does not answer \(Connection refused\)"):
        _pull(params)
    assert time.monotonic() - started < 1


def test_offline_asks_nobody(elsewhere: CellsHub, params: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE forbids to ask it"):
        _pull(params)
    assert elsewhere.requests == []


def test_a_black_hole_is_told_within_ten_seconds(elsewhere: CellsHub, params: Params) -> None:
    elsewhere.fault = Fault("silent")
    started = time.monotonic()
    with pytest.raises(HubError, match="nothing new came for 5 s"):
        _pull(params)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("fault", [Fault(500, "data.h5", times=1), Fault(429, "data.h5", wait=1, times=1)])
def test_what_passes_is_waited_for(fault: Fault, elsewhere: CellsHub, params: Params) -> None:
    elsewhere.fault = fault
    assert _pull(params) == Path("data/datasets/smoke-levels/eps000.h5")


def test_the_next_call_after_silence_is_answered(impatient: None, elsewhere: CellsHub, params: Params) -> None:
    elsewhere.fault = Fault("silent")
    with Client(params.hub) as client:
        with pytest.raises(HubError, match="nothing new came for 2 s"):
            client.call("listing", "dataset")
        elsewhere.fault = None
        assert client.call("listing", "dataset")


def test_the_client_ends_with_the_job_that_it_works_for(elsewhere: CellsHub) -> None:
    """Even in the middle of a call to a hub that never answers."""
    elsewhere.fault = Fault("silent")
    call = {"action": "listing", "kind": "dataset", "repository": REPOSITORY, "revision": "main"}
    command = [sys.executable, "-P", "-m", "equidyn.core.hub.worker"]
    environment = os.environ | {"HF_ENDPOINT": elsewhere.address, "HF_HUB_OFFLINE": "0"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as worker:
        worker.stdout.readline()
        worker.stdin.write(json.dumps(call) + "\n")
        worker.stdin.flush()
        while not elsewhere.requests:
            time.sleep(0.01)
        assert worker.poll() is None
        worker.stdin.close()
        assert worker.wait(timeout=5) == 0


MISSING = {
    "repository": ({"repository": "owner/other"}, "shows no dataset owner/other: see hub.repository"),
    "revision": ({"revision": "gone"}, f"has no branch or tag gone of the dataset {REPOSITORY}: see hub.revision"),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_not_there_is_named(case: str, elsewhere: CellsHub) -> None:
    place, words = MISSING[case]
    with pytest.raises(HubError, match=words):
        _pull(write_params(small_tree(**place)))


def _corrupt(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def _manifest(**entries: object) -> object:
    return lambda content: json.dumps(json.loads(content) | entries).encode()


WRONG = {
    "flipped bit": ("data.h5", _corrupt, r"data\.h5: its SHA-256 is [0-9a-f]{64}, and its manifest says [0-9a-f]{64}"),
    "short file": ("card/card.md", lambda content: content[:2], r"card/card\.md: its SHA-256 is"),
    "torn manifest": ("manifest.json", lambda content: content[:99], r"manifest\.json: not a whole manifest"),
    "list": ("manifest.json", lambda _: b"[]", r"manifest\.json: not a whole manifest"),
    "other content": (
        "manifest.json",
        _manifest(content={}),
        r"manifest\.json: it is of another cell than its address",
    ),
    "path outside": (
        "manifest.json",
        _manifest(files={"data.h5": {"sha256": "0" * 64, "size": 1}, "card/../../../x.md": {"sha256": "0", "size": 1}}),
        r"manifest\.json: it names files that no dataset has",
    ),
    "no files": ("manifest.json", _manifest(files={}), r"manifest\.json: it names files that no dataset has"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_as_promised_is_an_error_and_never_used(case: str, elsewhere: CellsHub, params: Params) -> None:
    name, change, words = WRONG[case]
    files = elsewhere.repositories["datasets", REPOSITORY].branches["main"].files
    (path,) = (path for path in files if path.endswith(f"/{name}"))
    files[path] = change(files[path])
    for _ in range(2):  # nor when it is asked again
        with pytest.raises(EquidynError, match=f"datasets/[0-9a-f]{{64}}/{words}") as caught:
            stage.dataset(params, STUDY, "eps000")
        assert not isinstance(caught.value, HubError)
        assert f"push {DATASET} again" in str(caught.value)
        assert outputs() == {}


def test_a_run_under_the_address_of_another_is_an_error(elsewhere: CellsHub, params: Params) -> None:
    """Somebody has written the manifest anew, so that all checksums are right."""
    stage.dataset(params, STUDY, "eps000")
    files = elsewhere.repositories["models", REPOSITORY].branches["main"].files
    folders = {json.loads(files[path])["name"]: path.rpartition("/")[0] for path in files if "manifest" in path}
    here, other = folders[RUN], folders[f"{STUDY}/eps000/cnn/1"]
    for path in [path for path in files if path.startswith(other) and "manifest" not in path]:
        files[path.replace(other, here)] = files[path]
    promised = json.loads(files[f"{other}/manifest.json"])["files"]
    files[f"{here}/manifest.json"] = _manifest(files=promised)(files[f"{here}/manifest.json"])
    with pytest.raises(EquidynError, match=r"run\.json: made with other params .* though its address says otherwise"):
        stage.run(params, CELL)
    assert not Path("data/runs").exists()


def test_the_token_is_told_nowhere(unused: CellsHub, params: Params, capfd: pytest.CaptureFixture) -> None:
    _push(params)
    unused.fault, said = Fault(401), ""
    with pytest.raises(HubError) as caught:
        _pull(load())
    said = str(caught.value) + "".join(capfd.readouterr()) + "".join(unused.requests)
    assert TOKEN not in said
    assert [path for path in Path().rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()] == []
    files = [repository.branches["main"].files for repository in unused.repositories.values()]
    assert not any(TOKEN.encode() in content for there in files for content in there.values())
