"""Finished cells to a hub on this machine and back, by the real client."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from finished_cells import DATASET, REPOSITORY, RUN, STUDY, finish, outputs, small_tree, write_params
from hubs import Fault, Hub
from typer.testing import CliRunner

from equidyn import commands
from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.files import read_record, write_record
from equidyn.core.hub import push as pushing
from equidyn.core.hub import stage
from equidyn.core.params import Cell, load
from equidyn.core.training.checkpoint import read_run

CELL = Cell(STUDY, "eps000", "gcnn", 1)


def _said(*arguments: str) -> str:
    """What `equidyn hub` prints; its errors are raised."""
    answer = CliRunner().invoke(commands.app, ["hub", *arguments], catch_exceptions=True)
    if answer.exception is not None:
        raise answer.exception
    return answer.stdout


def _emptied() -> dict[str, bytes]:
    """Remove all outputs; returns what there was."""
    before = outputs()
    for folder in ("data", "reports"):
        shutil.rmtree(folder)
    return before


def _pulling() -> None:
    write_params(small_tree(pull=True))


def test_all_of_it_there_and_back(full: Hub) -> None:
    before = _emptied()
    assert _said("pull").endswith(f"{REPOSITORY}: 4 pulled\n")
    assert outputs() == {path: content for path, content in before.items() if not path.endswith("measures.json")}
    assert not any(Path("data/hub").iterdir())


def test_each_kind_lies_in_its_repository(full: Hub) -> None:
    data, models = (full.repositories[kind, REPOSITORY].branches["main"] for kind in ("datasets", "models"))
    assert {path.split("/")[0] for path in data.files} == {"datasets", "README.md"}
    assert {path.split("/")[0] for path in models.files} == {"runs", "reports", "README.md"}
    assert data.commits == models.commits == 1  # the cells and the card together
    assert not any("snakemake" in path for path in data.files)


def test_cards_name_the_cells_and_show_their_figures(full: Hub) -> None:
    data, models = (full.repositories[kind, REPOSITORY].branches["main"].files for kind in ("datasets", "models"))
    assert all(line in data["README.md"].decode() for line in ("license: [mit]", f"## {DATASET}", "/card/frames.png)"))
    text = models["README.md"].decode()
    assert all(words in text for words in (f"datasets: [{REPOSITORY}]", f"[{RUN}](runs/", "| 0.4 |", "error.png)"))
    assert "{{" not in text
    linked = [part.split(")")[0] for part in text.split("](")[1:]]
    assert all(any(path.startswith(link) for path in models) for link in linked)


def test_what_is_there_is_not_sent_again(full: Hub) -> None:
    assert _said("push").endswith("0 pushed, 4 there already, 0 not finished here\n")
    assert full.asked("^(POST|PUT)") == []


def test_what_is_here_is_not_fetched_again(full: Hub) -> None:
    shutil.rmtree("data/runs/smoke-levels/eps000/cnn")
    words = _said("pull", DATASET, f"{STUDY}/eps000/cnn/1", RUN)
    assert words.endswith("2 here already, 1 pulled\n")
    assert len(full.asked("GET .*/resolve/")) == 6  # five files and their manifest


def test_a_push_that_was_cut_goes_on(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(write_params(small_tree()))
    monkeypatch.setattr(pushing, "ITEMS_PER_COMMIT", 1)  # a commit per cell
    _said("push", DATASET, RUN)
    sent = len(hub.asked("PUT"))
    assert _said("push").count("there  ") == 2
    assert (
        len(hub.asked("PUT")) - sent == 3
    )  # two runs' weights, the best being the early ones, and a picture of the report
    assert _said("push").endswith("0 pushed, 4 there already, 0 not finished here\n")


def test_a_pull_that_was_cut_goes_on(full: Hub) -> None:
    before = _emptied()
    names = [path for path in full.files("datasets") if path.endswith(".parquet")]
    kept = full.files("datasets").pop(names[0])
    with pytest.raises(EquidynError, match=r"\.parquet: its manifest names it, but it is not there"):
        _said("pull", DATASET)
    assert outputs() == {}
    full.files("datasets")[names[0]] = kept
    _said("pull", DATASET)
    assert all(outputs()[path] == content for path, content in before.items() if path.startswith("data/datasets"))


def test_a_dry_run_only_lists(full: Hub) -> None:
    _emptied()
    assert _said("pull", "--dry-run").count("to pull: ") == 4
    assert outputs() == {}
    assert full.asked("resolve") == []
    finish(load())
    full.repositories.clear()
    words = _said("push", "--dry-run")
    assert f"send   {RUN}: 6 files" in words
    assert words.endswith("4 to push, 0 there already, 0 not finished here\n")
    assert full.repositories == {}


def test_other_branches_and_private_repositories(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(write_params(small_tree(revision="next")))
    _said("push", "--private", RUN)
    made = hub.repositories["models", REPOSITORY]
    assert made.private
    assert made.branches["main"].files == {}
    shutil.rmtree(paths.run(CELL))
    _said("pull", RUN)
    monkeypatch.delenv("HF_TOKEN")
    shutil.rmtree(paths.run(CELL))
    with pytest.raises(EquidynError, match=f"there is no model {REPOSITORY}; if it is private, set HF_TOKEN"):
        _said("pull", RUN)


UNFINISHED = {
    "not there": (lambda: Path("data/datasets/smoke-levels/eps000.h5").unlink(), "eps000.h5 is not there"),
    "torn": (lambda: paths.dataset(STUDY, "eps000").write_bytes(b"half"), "not a whole dataset"),
    "other weights": (
        lambda: (paths.run(CELL) / "best.safetensors").write_bytes(b"x"),
        "its checksum of best.safetensors is another",
    ),
    "other params": (
        lambda: write_params(json.loads(json.dumps(small_tree()).replace('"epochs": 4', '"epochs": 5'))),
        "made with other params",
    ),
    "torn record": (lambda: (paths.run(CELL) / "run.json").write_text("{"), "not whole JSON"),
    "foreign record": (lambda: (paths.run(CELL) / "run.json").write_text("[]"), "not a whole record"),
}


@pytest.mark.parametrize("case", UNFINISHED)
def test_only_finished_cells_are_pushed(case: str, hub: Hub) -> None:
    finish(write_params(small_tree()))
    change, words = UNFINISHED[case]
    change()
    with pytest.raises(EquidynError, match="not finished here, so nothing was pushed") as caught:
        _said("push", DATASET, RUN)
    assert words in str(caught.value)
    assert hub.repositories == {}


def test_outputs_of_other_sources_are_not_pushed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(write_params(small_tree()))
    monkeypatch.setattr("equidyn.core.hub.address.train_sources", lambda *_: [])
    with pytest.raises(EquidynError, match="made by other source files than those that are here now"):
        _said("push", RUN)


def test_a_report_older_than_its_measures_is_not_pushed(hub: Hub) -> None:
    finish(write_params(small_tree()))
    (paths.run(CELL) / "measures.json").touch()
    with pytest.raises(EquidynError, match=r"report: it is older than .*measures\.json"):
        _said("push", "report")


def test_stages_take_what_is_there(full: Hub, capsys: pytest.CaptureFixture) -> None:
    before = _emptied()
    _pulling()
    assert stage.dataset(load(), STUDY, "eps000") == paths.dataset(STUDY, "eps000")
    paths.resume(CELL).parent.mkdir(parents=True)
    paths.resume(CELL).write_text("of a training that was killed")
    assert stage.run(load(), CELL) == paths.run(CELL)
    assert not paths.resume(CELL).exists()
    assert outputs() == {path: content for path, content in before.items() if path in outputs()}
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" (")[0] for line in lines] == [f"{name}: pulled from {REPOSITORY}" for name in (DATASET, RUN)]


def test_stages_compute_what_is_not_there(full: Hub, capsys: pytest.CaptureFixture) -> None:
    tree = small_tree(pull=True)
    tree["studies"][STUDY]["seeds"] = [2]
    assert stage.run(write_params(tree), Cell(STUDY, "eps000", "gcnn", 2)) is None
    assert "; computing it" in capsys.readouterr().err


def test_a_run_on_other_data_is_not_taken(full: Hub, capsys: pytest.CaptureFixture) -> None:
    """A dataset of the same params may differ in last digits, or come from another of its origins."""
    record = paths.run(CELL) / "run.json"
    write_record(record, read_record(record) | {"dataset_sha256": "0" * 64})
    files = full.files("models")
    _replace(files, "run.json", record.read_bytes(), RUN)
    shutil.rmtree("data/runs")
    _pulling()
    assert stage.run(load(), CELL) is None
    assert "trained on other data than data/datasets/smoke-levels/eps000.h5 holds" in capsys.readouterr().err
    assert not Path("data/runs").exists()


def test_a_renamed_cell_is_found_and_takes_its_new_names(full: Hub) -> None:
    tree = small_tree(pull=True)
    study = tree["studies"].pop(STUDY)
    tree["studies"]["renamed"] = study | {"variants": {"equivariant": study["variants"]["gcnn"]}}
    params, cell = write_params(tree), Cell("renamed", "eps000", "equivariant", 1)
    weights = (paths.run(CELL) / "best.safetensors").read_bytes()
    _emptied()
    stage.dataset(params, "renamed", "eps000")
    assert stage.run(params, cell) == paths.run(cell)
    assert read_run(params, cell)["variant"] == "equivariant"
    assert (paths.run(cell) / "best.safetensors").read_bytes() == weights


def test_a_run_without_its_dataset_says_what_comes_first(full: Hub) -> None:
    _emptied()
    with pytest.raises(EquidynError, match=f"eps000.h5 is not there; pull or prepare {DATASET} first"):
        _said("pull", RUN)
    assert outputs() == {}


def test_one_missing_repository_is_no_fault(full: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token the Hub answers 401 for it, as for a private one."""
    _emptied()
    monkeypatch.delenv("HF_TOKEN")
    full.fault = Fault(401, "/api/models/", code="RepoNotFound")
    assert _said("pull").endswith(f"{REPOSITORY}: 1 pulled, 3 not on the Hub\n")


@pytest.mark.parametrize("command", ["push", "pull"])
def test_help_shows_examples(command: str) -> None:
    assert f"Example: equidyn hub {command}" in _said(command, "--help")


def test_without_a_place_it_says_what_to_add(workplace: Path) -> None:
    tree = small_tree()
    del tree["hub"]
    write_params(tree)
    with pytest.raises(EquidynError, match="add at its end:\nhub:\n  repository: owner/name"):
        _said("push")


def _replace(files: dict[str, bytes], name: str, content: bytes, cell: str) -> None:
    """Put other content in the place of a file of `cell`, and let its manifest promise that one."""
    (page,) = (path for path in files if path.endswith("manifest.json") and json.loads(files[path])["name"] == cell)
    manifest = json.loads(files[page])
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    files[page] = json.dumps(manifest).encode()
    files[page.replace("manifest.json", name)] = content
