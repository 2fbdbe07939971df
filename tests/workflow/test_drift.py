"""Both engines plan the same: the same commands, outputs, inputs, keys of params.yaml and source files."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from checkout import PROJECT, Checkout

from equidyn.core import engines, paths
from equidyn.core.params import Params, load
from equidyn.core.params.subtrees import measure_keys, prepare_keys, report_keys, train_keys, tune_keys

PLANS = str(Path(__file__).with_name("plans.py"))
FOLDERS = [".", "presets/test", "presets/reference", "presets/paper"]
Plan = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A clean copy, since planning leaves records behind."""
    return Checkout.fresh(tmp_path_factory.mktemp("drift") / "checkout", whole=True)


@pytest.fixture(scope="module", params=FOLDERS)
def folder(request: pytest.FixtureRequest, project: Checkout) -> Path:
    """Each folder that holds a params.yaml."""
    return project.root / request.param


@pytest.fixture(scope="module")
def params(folder: Path) -> Params:
    """That folder's params."""
    return load(folder / "params.yaml")


@pytest.fixture(scope="module")
def snakemake(project: Checkout, folder: Path) -> Plan:
    """Command -> job, as Snakemake plans."""
    return _by_command(_planned(folder, project, "snakemake", str(project.root / "workflow/Snakefile")))


@pytest.fixture(scope="module")
def of_all_folders(project: Checkout) -> list[dict[str, Any]]:
    """Jobs as DVC plans; together, since it reads all folders whichever it is asked about."""
    return _planned(project.root, project, "dvc")


@pytest.fixture(scope="module")
def dvc(project: Checkout, folder: Path, of_all_folders: list[dict[str, Any]]) -> Plan:
    """Command -> job, as DVC plans."""
    return _by_command([job for job in of_all_folders if project.root / job["folder"] == folder])


def _planned(folder: Path, project: Checkout, *engine: str) -> list[dict[str, Any]]:
    words = project.run(sys.executable, "-W", "ignore", PLANS, *engine, folder=folder)
    return json.loads(words.splitlines()[-1])


def _by_command(jobs: list[dict[str, Any]]) -> Plan:
    assert len({job["command"] for job in jobs}) == len(jobs)
    return {job["command"]: job for job in jobs}


def test_the_same_commands(snakemake: Plan, dvc: Plan) -> None:
    """DVC has one stage more: it cannot compute which sources a variant uses."""
    assert dvc.keys() - snakemake.keys() == {"equidyn sources"}
    assert not snakemake.keys() - dvc.keys()


def test_the_same_outputs_and_keys(snakemake: Plan, dvc: Plan) -> None:
    for command, job in snakemake.items():
        assert job["outputs"] == dvc[command]["outputs"]
        assert job["keys"] == dvc[command]["keys"]


def test_the_same_inputs(snakemake: Plan, dvc: Plan) -> None:
    """Beside sources. DVC's report depends on the folder of all runs, Snakemake's on the files in it."""
    for command, job in snakemake.items():
        files = job["inputs"]
        needs = [path for path in dvc[command]["inputs"] if not path.startswith(str(paths.SOURCES))]
        assert all(any(path == need or path.startswith(f"{need}/") for need in needs) for path in files)
        assert all(any(path == need or path.startswith(f"{need}/") for path in files) for need in needs)


def test_the_same_sources(project: Checkout, folder: Path, snakemake: Plan, dvc: Plan) -> None:
    """Snakemake knows the checksum of the very list on which DVC depends."""
    project.run("equidyn", "sources", folder=folder)
    for command, job in snakemake.items():
        (listed,) = (path for path in dvc[command]["inputs"] if path.startswith(str(paths.SOURCES)))
        content = (folder / listed).read_bytes()
        assert b"  equidyn/__init__.py\n" in content
        assert hashlib.sha256(content).hexdigest() == job["code"]


def test_every_job_is_as_the_stages_expect(params: Params, snakemake: Plan) -> None:
    """Commands, outputs and keys against the modules that the stages themselves use."""
    expected = {"equidyn report": report_keys(params)}
    for name, study in params.studies.items():
        for dataset in study.datasets:
            command = f"equidyn prepare {name}/{dataset}"
            expected[command] = prepare_keys(name, dataset)
            outputs = [paths.dataset(name, dataset), paths.card(name, dataset)]
            assert snakemake[command]["outputs"] == sorted(map(str, outputs))
        for variant in study.variants if study.tunes else ():
            expected[f"equidyn tune {name}/{variant}"] = tune_keys(name, variant)
    for cell in params.cells():
        expected[f"equidyn train {cell}"] = train_keys(cell)
        expected[f"equidyn measure {cell}"] = measure_keys(cell)
        for stage in ("train", "measure"):
            outputs = snakemake[f"equidyn {stage} {cell}"]["outputs"]
            assert {Path(path).parent for path in outputs} == {paths.run(cell)}
    assert {command: job["keys"] for command, job in snakemake.items()} == {
        command: sorted(keys) for command, keys in expected.items()
    }


def test_dvc_files_are_as_params_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """In files of their own: of a link, DVC would see no more in another revision than where it leads."""
    monkeypatch.chdir(PROJECT)
    assert list(map(str, engines.folders())) == [".", "presets/paper", "presets/reference", "presets/test"]
    assert engines.update(write=False) == []
    assert not any(path.is_symlink() for path in Path().glob("**/dvc.yaml"))
