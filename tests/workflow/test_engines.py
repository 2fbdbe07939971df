"""The test preset from end to end by both engines: the same tables, whole outputs, nothing left to do."""

import json
from pathlib import Path

import pytest
from checkout import Checkout

from equidyn.core import paths
from equidyn.core.params import load


def _files(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if not name.startswith(".snakemake")}


@pytest.mark.parametrize("place", ["reports/tables", "reports/figures"])
def test_engines_agree_to_the_last_byte(finished: dict[str, Checkout], place: str) -> None:
    by_snakemake, by_dvc = (_files(checkout.preset / place) for checkout in finished.values())
    assert by_snakemake
    assert by_snakemake.keys() == by_dvc.keys()
    assert [name for name in by_snakemake if by_snakemake[name] != by_dvc[name]] == []


@pytest.mark.parametrize("engine", ["snakemake", "dvc"])
def test_outputs_are_whole(finished: dict[str, Checkout], engine: str) -> None:
    preset = finished[engine].preset
    for cell in load(preset / "params.yaml").cells():
        run = json.loads((preset / paths.run(cell) / "run.json").read_text())
        measures = json.loads((preset / paths.run(cell) / "measures.json").read_text())
        assert run["status"] == measures["status"] == "completed"
        assert set(measures["checkpoints"]) == {"best", "early"}
    assert "<html" in (preset / "reports/report.html").read_text()
    assert not list(preset.rglob("*.part"))


def test_snakemake_ends_by_naming_the_report_and_keeps_logs(finished: dict[str, Checkout]) -> None:
    preset = finished["snakemake"].preset
    assert (
        (preset / "logs/train/smoke-levels/eps000/gcnn/seed1.log")
        .read_text()
        .startswith("train smoke-levels/eps000/gcnn/1")
    )
    assert (preset / "logs/report.log").read_text().strip().endswith("report.html")


def test_a_second_run_does_nothing(by_snakemake: Checkout, by_dvc_too: Checkout) -> None:
    words = by_snakemake.snakemake()
    assert "Nothing to be done" in words
    assert "Data and pipelines are up to date" in by_dvc_too.dvc("repro")


@pytest.fixture
def by_dvc_too(finished: dict[str, Checkout], tmp_path: Path) -> Checkout:
    """A second copy, of DVC's run."""
    return finished["dvc"].copy(tmp_path / "dvc")


def test_snakemake_writes_its_own_report(by_snakemake: Checkout) -> None:
    by_snakemake.snakemake("--report", "all.html")
    page = (by_snakemake.preset / "all.html").read_text()
    assert all(word in page for word in ("smoke-levels-rmse.svg", "Tables", "Figures", "Data"))


def test_the_workflow_is_clean(fresh: Checkout) -> None:
    assert "good condition" in fresh.run("snakemake", "--lint")
    fresh.run("snakefmt", "--check", "Snakefile", "workflow")


def test_overlays_of_the_configuration_are_refused(fresh: Checkout) -> None:
    """Stages read the file, so that an overlay would change the plan but not the results."""
    words = fresh.snakemake("--dry-run", "--config", "compute={threads: 2}", status=1)
    assert "--config and --configfile are refused" in words
    assert "Traceback" not in words


@pytest.mark.parametrize("engine", ["snakemake", "dvc"])
def test_wrong_params_stop_both_engines_before_any_job(fresh: Checkout, engine: str) -> None:
    fresh.edit("presets/test/params.yaml", "device: cpu ", "device: gpu ")
    words = fresh.snakemake(status=1) if engine == "snakemake" else fresh.dvc("repro", status=255)
    assert "compute.device = 'gpu': should be 'auto', 'cpu' or 'cuda'" in words
    assert not (fresh.preset / "data/datasets").exists()
    assert not (fresh.preset / "data/runs").exists()
