"""What `equidyn hub push` has sent, loaded by those who do not have equidyn, and by `equidyn` as a library."""

import doctest
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hubs
import pytest
import torch
import yaml
from finished_cells import MEASURED, REPOSITORY, finish, whole_tree, write_params
from huggingface_hub import ModelCard

import equidyn as eq
from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.hub.items import Items
from equidyn.core.hub.push import planned, push
from equidyn.core.models.registry import build_network
from equidyn.core.params import Params, load
from equidyn.core.params.study import Cell
from equidyn.core.training.checkpoint import load as load_checkpoint
from equidyn.core.training.checkpoint import read_run
from equidyn.core.training.task import io_types

# By a package that knows nothing of equidyn: what each configuration holds, and the snippet of the card.
ELSEWHERE = """
import json, sys
import datasets

datasets.disable_progress_bars()
found = {"configs": datasets.get_dataset_config_names("owner/cells")}
for name in found["configs"]:
    whole = datasets.load_dataset("owner/cells", name)
    found[name] = {
        split: {"features": {key: repr(kind) for key, kind in rows.features.items()}, "rows": rows[:]}
        for split, rows in whole.items()
    }
space = {}
exec(sys.argv[1], space)
found["snippet"] = {key: list(getattr(value, "shape", ())) for key, value in space["row"].items()}
print(json.dumps(found, default=lambda value: value.tolist()))
"""


# Whether a description is sound, and the rows that it leads to.
CROISSANT = """
import json, sys
import mlcroissant

def shape(value):
    return [len(value), *shape(value[0])] if hasattr(value, "__len__") and not isinstance(value, (str, bytes)) else []

found = {}
for path in sys.argv[1:]:
    described = mlcroissant.Dataset(jsonld=path)
    issues = described.metadata.ctx.issues
    shapes = [{key: shape(value) for key, value in row.items()} for row in described.records("train")]
    found[path] = {"issues": [*issues.errors, *issues.warnings], "shapes": shapes}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hubs.Hub]:
    """A Hub with finished cells of every kind of data, which lie in the working folder too."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch, hubs.running() as server:
        patch.chdir(folder)
        hubs.use(patch, server.server_address[1])
        patch.setenv("HF_TOKEN", hubs.TOKEN)
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder.parent / "whole-cache"))
        params = write_params(whole_tree())
        finish(params)
        _push(params)
        yield server


def _push(params: Params) -> None:
    items = Items(params).all()
    push(params.hub, planned(params.hub, items), items, private=False)


def _snippet(files: dict[str, bytes]) -> str:
    return re.search("```python\n(.*?)```", files["README.md"].decode(), re.DOTALL)[1]


@pytest.fixture(scope="module")
def elsewhere(shared: hubs.Hub, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What other packages have found there."""
    return _run(shared, tmp_path_factory.mktemp("elsewhere"), ELSEWHERE, _snippet(shared.files("datasets")))


def _run(shared: hubs.Hub, folder: Path, script: str, *arguments: str) -> dict:
    """What a script of its own process finds, which has the Hub, and keeps its things in `folder`."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    place = {"HF_ENDPOINT": shared.address, "HF_HOME": str(folder), "CROISSANT_CACHE": str(folder)}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=own | place)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _datasets() -> list[str]:
    return [f"{name}/{dataset}" for name, study in load().studies.items() for dataset in study.datasets]


def test_each_dataset_is_a_configuration_with_its_splits_and_all_numbers(elsewhere: dict) -> None:
    assert elsewhere["configs"] == sorted(name.replace("/", "--") for name in _datasets())
    for name in _datasets():
        splits = elsewhere[name.replace("/", "--")]
        rotation = name.startswith("smoke-rotation")
        assert set(splits) == {"train", "validation", *(("future", "domain") if rotation else ("test",))}
        for split, found in splits.items():
            mine = eq.load_dataset("data/datasets", name, split=split)
            for key, column in mine.items():
                assert torch.equal(torch.tensor(found["rows"][key], dtype=column.dtype), column), (name, split, key)


TYPES = {
    "smoke-levels--eps000": {
        "velocity": "Array4D(shape=(8, 2, 16, 16), dtype='float32')",
        "time": "List(Value('float64'))",
        "level": "Value('string')",
        "direction": "Value('int64')",
    },
    "smoke-rotation--published-sign": {"velocity": "Array4D(shape=(None, 2, 16, 16), dtype='float32')"},
    "turbulence--isotropic": {
        "coarse": "Array5D(shape=(3, 3, 4, 4, 4), dtype='float32')",
        "fine": "Array4D(shape=(3, 16, 16, 16), dtype='float32')",
        "anisotropy": "Value('float64')",
    },
    "gaussian--fresh": {
        "inputs": "Array2D(shape=(6, 3), dtype='float32')",
        "labels": "ClassLabel(names=['0', '1'])",
        "block": "Value('int64')",
    },
    "digits-cnn--digits": {"inputs": "Array2D(shape=(28, 28), dtype='float32')"},
}


@pytest.mark.parametrize("config", TYPES)
def test_columns_have_their_types(config: str, elsewhere: dict) -> None:
    for found in elsewhere[config].values():
        assert TYPES[config].items() <= found["features"].items()


def test_the_card_tells_licences_tasks_and_a_snippet_that_runs(shared: hubs.Hub, elsewhere: dict) -> None:
    text = shared.files("datasets")["README.md"].decode()
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["license"] == ["cc-by-4.0", "mit"]
    assert {"time-series-forecasting", "image-classification"} <= set(head["task_categories"])
    assert head["size_categories"] == ["n<1K"]
    assert elsewhere["snippet"] == {"sample": [], "block": [], "inputs": [14, 14], "labels": []}
    assert "| velocity | time (8), component (2), y (16), x (16) | float32 | length/time |" in text


def test_croissant_is_sound_and_leads_to_the_rows(shared: hubs.Hub, tmp_path: Path) -> None:
    sent = shared.files("datasets")
    for name in _datasets():
        path = tmp_path / f"{name.replace('/', '--')}.json"
        path.write_bytes(sent[f"{Items(load()).dataset(*name.split('/')).folder}/croissant.json"])
    found = _run(shared, tmp_path, CROISSANT, *map(str, sorted(tmp_path.glob("*.json"))))
    assert len(found) == len(_datasets())
    assert [one["issues"] for one in found.values()] == [[]] * len(found)
    smoke = found[str(tmp_path / "smoke-levels--eps000.json")]["shapes"]
    assert [row["train/velocity"] for row in smoke] == [[8, 2, 16, 16]] * 2


def test_equal_datasets_give_equal_files(shared: hubs.Hub, tmp_path: Path) -> None:
    for item in (Items(load()).dataset(*name.split("/")) for name in _datasets()):
        (tmp_path / item.address).mkdir()
        again = item.packed(tmp_path / item.address, "link")
        sent = {name: content for name, content in shared.files("datasets").items() if name.startswith(item.folder)}
        tables = [name for name in again if name.endswith(".parquet")]
        assert tables
        assert all(again[name].read_bytes() == sent[f"{item.folder}/{name}"] for name in tables)


def _runs() -> list[Cell]:
    return list(load().cells())


def test_networks_are_those_of_the_checkpoints_to_the_last_bit(shared: hubs.Hub) -> None:
    params = load()
    for cell in _runs():
        study = params.studies[cell.study]
        network = build_network(study, cell.variant, *io_types(study), cell.seed)
        mine = load_checkpoint(network, paths.run(cell), "best", read_run(params, cell)).deployed()
        theirs = eq.Network.from_pretrained(REPOSITORY, subfolder=f"runs/{cell}")
        assert isinstance(theirs, eq.Network)
        assert not theirs.training
        for shape in io_types(study)[0].example_shapes().values():
            x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
            torch.manual_seed(0)  # of networks that draw
            wanted = mine(x)
            torch.manual_seed(0)
            assert torch.equal(theirs(x), wanted), cell


def test_a_run_is_ready_to_be_measured(shared: hubs.Hub) -> None:
    for cell in _runs():
        here, there = eq.load_run(paths.run(cell)), eq.load_run(REPOSITORY, str(cell), checkpoint="early")
        assert here.config == there.config
        assert here.name == str(cell)
        study = load().studies[cell.study]
        x = torch.randn((4, *next(iter(io_types(study)[0].example_shapes().values()))[1:]))
        error = eq.equivariance_error(here.network, x, **here.acts).relative.value
        assert error < 1e-5 if here.network.strict else error >= 0.0


def test_the_snippet_of_the_models_runs_and_the_card_has_their_numbers(shared: hubs.Hub) -> None:
    files, space = shared.files("models"), {}
    exec(_snippet(files), space)
    assert isinstance(space["network"], torch.nn.Module)
    card = ModelCard(files["README.md"].decode())
    scores = {one.dataset_name: one.metric_value for one in card.data.eval_results}
    assert scores["smoke-levels/eps000"] == MEASURED["rollout"]["error"]["rmse"]


def test_datasets_of_the_hub_are_those_of_the_files(shared: hubs.Hub) -> None:
    for name in _datasets():
        here, there = eq.load_dataset(paths.dataset(*name.split("/"))), eq.load_dataset(REPOSITORY, name)
        assert (here.name, here.dims, here.units, here.blocks) == (there.name, there.dims, there.units, there.blocks)
        assert all(torch.equal(column, there[key]) for key, column in here.items())
        assert here.attributes == there.attributes


def test_a_block_is_what_its_seed_sees(shared: hubs.Hub) -> None:
    smoke = eq.load_dataset(REPOSITORY, "smoke-levels--eps000", split="test", block=1)
    assert (smoke.blocks, smoke["simulation"].tolist(), smoke["block"].tolist()) == (2, [5], [1])
    assert smoke.unit == 0.5


def test_examples_of_docstrings(shared: hubs.Hub) -> None:
    names = {"eq": eq}
    for example in (eq.load_dataset, eq.load_run, eq.Network):
        for test in doctest.DocTestFinder(recurse=False).find(example, globs=names):
            assert test.examples
            assert doctest.DocTestRunner().run(test).failed == 0


WRONG = {
    "split": ({"split": "unused"}, "it has no split unused, only train, validation, test"),
    "block": ({"block": 7}, "it has no block 7, only 0 to 1"),
    "name": ({"name": "smoke-levels/eps001"}, "there is no dataset smoke-levels/eps001; there are: datasets/digits"),
    "no name": ({"name": ""}, "several datasets fit no name; say which: datasets/digits-autoencoder/digits/"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_there_is_told_with_what_is(case: str, shared: hubs.Hub) -> None:
    options, words = WRONG[case]
    with pytest.raises(EquidynError, match=words):
        eq.load_dataset(REPOSITORY, **{"name": "smoke-levels/eps000"} | options)


def test_what_must_be_installed_is_told(shared: hubs.Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("equidyn.core.hub")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"h5py is not installed: pip install 'equidyn\[hub\]'"):
        eq.load_dataset("data/datasets", "smoke-levels/eps000")


def test_others_of_the_same_name_stay_under_their_address(shared: hubs.Hub) -> None:
    """Somebody pushes a dataset and a run of other parameters; last, since it changes what is here."""
    old, first = (
        Items(load()).dataset("gaussian", "fresh"),
        yaml.safe_load(shared.files("datasets")["README.md"].decode().split("---\n")[1]),
    )
    tree = whole_tree()
    tree["studies"] = {"gaussian": tree["studies"]["gaussian"]}
    tree["studies"]["gaussian"]["source"]["seed"] = 1
    params = write_params(tree)
    for cell in params.cells():
        for path in paths.run(cell).iterdir():
            path.unlink()
        paths.run(cell).rmdir()
    finish(params)
    _push(params)
    head = yaml.safe_load(shared.files("datasets")["README.md"].decode().split("---\n")[1])
    configs = {one["config_name"]: one for one in head["configs"]}
    assert set(configs) == {one["config_name"] for one in first["configs"]} | {f"gaussian--fresh--{old.short}"}
    assert configs["gaussian--fresh"]["data_files"][0]["path"].startswith(
        Items(params).dataset("gaussian", "fresh").folder
    )
    assert head["license"] == first["license"]
    with pytest.raises(EquidynError, match="several datasets fit gaussian/fresh"):
        eq.load_dataset(REPOSITORY, "gaussian/fresh")
    assert eq.load_dataset(REPOSITORY, f"gaussian--fresh--{old.short}").attributes["provenance"]["params"]
    names = {
        one["name"]
        for one in yaml.safe_load(shared.files("models")["README.md"].decode().split("---\n")[1])["model-index"]
    }
    assert "smoke-levels/eps000/gcnn/1" in names
