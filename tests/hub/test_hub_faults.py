"""Hubs and networks that fail while cells are shared: told soon and plainly, and nothing half pulled is ever used."""

import json
import re
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from finished_cells import DATASET, REPOSITORY, RUN, STUDY, outputs, small_tree, write_params
from hubs import TOKEN, Branch, Fault, Hub, impatient

from equidyn.core.data import hub_client
from equidyn.core.data.hub_client import ConflictError, HubError
from equidyn.core.errors import EquidynError
from equidyn.core.hub import push as pushing
from equidyn.core.hub import stage
from equidyn.core.hub.items import Items
from equidyn.core.hub.pull import Listing, connect, listing, pull
from equidyn.core.params import Cell, Params

CELL = Cell(STUDY, "eps000", "gcnn", 1)


@pytest.fixture
def params(full: Hub) -> Params:
    """Those of a study whose cells are finished here and on the Hub, and may be pulled."""
    return write_params(small_tree(pull=True))


@pytest.fixture
def soon(params: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults show soon: once the cells are there."""
    impatient(monkeypatch)
    monkeypatch.setattr(hub_client, "COMMIT_SECONDS", 1.0)


@pytest.fixture
def elsewhere(params: Params, full: Hub) -> Hub:
    """A Hub with all cells, which are no longer here."""
    for folder in ("data", "reports"):
        shutil.rmtree(folder)
    return full


@pytest.fixture
def unused(params: Params, full: Hub) -> Hub:
    """An empty Hub; the finished cells are here."""
    full.repositories, full.large = {}, {}
    return full


def _push(params: Params) -> None:
    items = Items(params).all()
    pushing.push(params.hub, pushing.planned(params.hub, items), items, private=False)


def _pull(params: Params) -> Path:
    connect()
    return pull(listing(params.hub, "dataset"), Items(params).dataset(STUDY, "eps000"))


FAULTS = {
    "401": (Fault(401), r"no access without a valid token \(401\): set HF_TOKEN"),
    "403": (Fault(403), r"the token in HF_TOKEN does not permit this \(403\)"),
    "long wait": (Fault(429, wait=60), "it answers 429 Too Many Requests and asks to wait 60 s"),
    "500": (Fault(500), "it answers 500 Internal Server Error"),
    "black hole": (Fault("silent"), "no answer within 1 s"),
    "silence later": (Fault("silent", "/api/"), "timed out|no complete answer"),
    "no JSON": (Fault("cut", "/revision/"), "RemoteProtocolError|no complete answer"),
}
IN_A_PULL = {
    "cut files": (Fault("cut", "GET /datasets"), "no complete answer"),
    "silent files": (Fault("silent", ".parquet"), "timed out|no complete answer"),
    "500 for a file": (Fault(500, ".parquet"), "it answers 500"),
}
IN_A_PUSH = {
    "silent uploads": (Fault("silent", "PUT"), "timed out|no complete answer"),
    "refused uploads": (Fault(500, "PUT"), "it answers 500"),
    "silent commits": (Fault("silent", "/commit/"), "timed out"),
}


@pytest.mark.parametrize("case", [*FAULTS, *IN_A_PULL])
def test_a_pull_from_a_hub_at_fault_is_told_in_one_line(
    case: str, elsewhere: Hub, params: Params, soon: None, capsys: pytest.CaptureFixture
) -> None:
    elsewhere.fault, text = (FAULTS | IN_A_PULL)[case]
    started = time.monotonic()
    with pytest.raises(HubError, match=text):
        _pull(params)
    assert stage.dataset(params, STUDY, "eps000") is None
    assert time.monotonic() - started < 10
    (line,) = (said for said in capsys.readouterr().err.splitlines() if said.startswith(DATASET))
    assert re.fullmatch(
        rf"{DATASET}: not pulled from {REPOSITORY} \(datasets, [0-9a-f]{{12}}\): .*{elsewhere.address}.*; computing it",
        line,
    )
    assert outputs() == {}


@pytest.mark.parametrize("case", [*FAULTS, *IN_A_PUSH])
def test_a_push_to_a_hub_at_fault_leaves_nothing_half(case: str, unused: Hub, params: Params, soon: None) -> None:
    unused.fault, text = (FAULTS | IN_A_PUSH)[case]
    started = time.monotonic()
    with pytest.raises(HubError, match=text):
        _push(params)
    assert time.monotonic() - started < 10
    assert not any(repository.branches["main"].files for repository in unused.repositories.values())


@pytest.mark.parametrize("fault", [Fault(500, ".parquet", times=1), Fault(429, ".parquet", wait=1, times=1)])
def test_what_passes_is_waited_for(
    fault: Fault, elsewhere: Hub, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.fault = fault
    assert _pull(params) == Path("data/datasets/smoke-levels/eps000.h5")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"repository": "owner/other"}, "there is no dataset owner/other; if it is private, set HF_TOKEN"),
        ({"revision": "gone"}, f"the dataset {REPOSITORY} has no branch, tag or commit gone"),
    ],
)
def test_what_is_not_there_is_named(place: dict, text: str, elsewhere: Hub) -> None:
    with pytest.raises(HubError, match=text):
        _pull(write_params(small_tree(**place)))


def _manifest(**entries: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(json.loads(content) | entries).encode()


NEEDED = ("data.json", "croissant.json", "card/card.md")
OUTSIDE = {name: {"sha256": "0" * 64} for name in (*NEEDED, "../x.md")}
TABLE = "data/train-00000-of-00001.parquet"


def _resealed(content: bytes) -> bytes:
    """What the rows do not say, with a checksum of other rows."""
    return content.replace(json.loads(content)["sha256"].encode(), b"0" * 64)


WRONG = {
    "flipped bit": (
        TABLE,
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        "its SHA-256 is [0-9a-f]{64}, and",
    ),
    "short file": ("card/card.md", lambda content: content[:2], "its SHA-256 is"),
    "torn manifest": ("manifest.json", lambda content: content[:99], "not a whole manifest"),
    "list": ("manifest.json", lambda _: b"[]", "not a whole manifest"),
    "other content": ("manifest.json", _manifest(content={}), "it is of another cell than its address says"),
    "path outside": ("manifest.json", _manifest(files=OUTSIDE), "it names files that no dataset has"),
    "no files": ("manifest.json", _manifest(files={}), "it names files that no dataset has"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_as_promised_is_an_error_and_never_used(case: str, elsewhere: Hub, params: Params) -> None:
    name, change, text = WRONG[case]
    files = elsewhere.files("datasets")
    (path,) = (path for path in files if path.endswith(f"/{name}"))
    files[path] = change(files[path])
    for _ in range(2):  # nor when it is asked again
        with pytest.raises(EquidynError, match=f"datasets/{DATASET}/[0-9a-f]{{12}}/{name}: {text}") as caught:
            stage.dataset(params, STUDY, "eps000")
        assert not isinstance(caught.value, HubError)
        assert f"push {DATASET} again" in str(caught.value)
        assert outputs() == {}


def test_more_rows_than_there_are_fill_no_memory(elsewhere: Hub, params: Params) -> None:
    files = elsewhere.files("datasets")
    (path,) = (path for path in files if path.endswith("/data.json"))
    about = json.loads(files[path])
    for array in about["arrays"].values():
        array["shape"][0] = 10**12
    files[path] = json.dumps(about).encode()
    page = path.replace("data.json", "manifest.json")
    promised = json.loads(files[page])["files"] | {"data.json": {"sha256": sha256(files[path]).hexdigest()}}
    files[page] = _manifest(files=promised)(files[page])
    with pytest.raises(
        EquidynError, match=r"data\.json: not a whole dataset \(data\.json tells of more rows than there are\)"
    ):
        stage.dataset(params, STUDY, "eps000")


@pytest.mark.parametrize("folder", ["datasets/../..", "datasets/a/..//b", "other"])
def test_what_leads_elsewhere_is_not_found(folder: str, params: Params) -> None:
    item = Items(params).dataset(STUDY, "eps000")
    there = Listing("dataset", REPOSITORY, "0" * 40, frozenset({f"{folder}/{item.short}/manifest.json"}))
    assert there.folder(item) is None


def test_rows_of_another_dataset_are_an_error(elsewhere: Hub, params: Params) -> None:
    """Somebody has put them there, and written the manifest anew, so that all checksums of files are right."""
    files = elsewhere.files("datasets")
    (path,) = (path for path in files if path.endswith("/data.json"))
    page, files[path] = path.replace("data.json", "manifest.json"), _resealed(files[path])
    promised = json.loads(files[page])["files"] | {"data.json": {"sha256": sha256(files[path]).hexdigest()}}
    files[page] = _manifest(files=promised)(files[page])
    with pytest.raises(EquidynError, match=r"data\.json: its content does not match its checksum; nothing of"):
        stage.dataset(params, STUDY, "eps000")
    assert outputs() == {}


def test_a_run_under_the_address_of_another_is_an_error(elsewhere: Hub, params: Params) -> None:
    """Somebody has written the manifest anew, so that all checksums are right."""
    stage.dataset(params, STUDY, "eps000")
    files = elsewhere.files("models")
    folders = {json.loads(files[path])["name"]: path.rpartition("/")[0] for path in files if "manifest" in path}
    here, other = folders[RUN], folders[f"{STUDY}/eps000/cnn/1"]
    for path in [path for path in files if path.startswith(other) and "manifest" not in path]:
        files[path.replace(other, here)] = files[path]
    promised = json.loads(files[f"{other}/manifest.json"])["files"]
    files[f"{here}/manifest.json"] = _manifest(files=promised)(files[f"{here}/manifest.json"])
    with pytest.raises(EquidynError, match=r"run\.json: made with other params than params\.yaml has now"):
        stage.run(params, CELL)
    assert not Path("data/runs").exists()


def _check_whole(hub: Hub) -> None:
    """Every manifest on the Hub names just the files beside it, as they are, and the cards name all cells."""
    for kind in ("datasets", "models"):
        files = hub.files(kind)
        pages = {path: json.loads(files[path]) for path in files if path.endswith("manifest.json")}
        assert len(pages) == {"datasets": 1, "models": 3}[kind]
        for path, page in pages.items():
            folder = path.removesuffix("manifest.json")
            beside = {name.removeprefix(folder): name for name in files if name.startswith(folder) and name != path}
            assert {name: sha256(files[there]).hexdigest() for name, there in beside.items()} == {
                name: entry["sha256"] for name, entry in page["files"].items()
            }
            assert folder.encode()[:-1] in files["README.md"]


def test_two_that_push_at_once_do_no_harm(unused: Hub, params: Params) -> None:
    threads = [Thread(target=_push, args=(params,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _check_whole(unused)


def test_a_commit_that_comes_second_is_made_again_on_top(unused: Hub, params: Params) -> None:
    """Somebody else pushes the same cells between our look and our commit."""

    def first(branch: Branch) -> None:
        unused.before_commit = lambda _: None
        branch.files["from/elsewhere/manifest.json"] = b"{}"
        branch.commits += 1

    unused.before_commit = first
    _push(params)
    assert len(unused.asked("POST .*datasets.*/commit/")) == 2
    assert unused.files("datasets")["from/elsewhere/manifest.json"] == b"{}"
    assert "- [from/elsewhere](from/elsewhere/manifest.json)" in unused.files("datasets")["README.md"].decode()


def test_conflicts_without_end_are_told(unused: Hub, params: Params) -> None:
    def always(branch: Branch) -> None:
        branch.commits += 1

    unused.before_commit = always
    with pytest.raises(ConflictError, match=rf"somebody else has changed {REPOSITORY} meanwhile \(412\): try again"):
        _push(params)
    assert unused.files("datasets") == {}


def test_the_token_is_told_nowhere(unused: Hub, params: Params, capfd: pytest.CaptureFixture) -> None:
    _push(params)
    unused.fault = Fault(401)
    with pytest.raises(HubError) as caught:
        _pull(params)
    assert TOKEN not in str(caught.value) + "".join(capfd.readouterr()) + "".join(unused.requests)
    assert [path for path in Path().rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()] == []
    assert not any(
        TOKEN.encode() in content for kind in ("datasets", "models") for content in unused.files(kind).values()
    )
