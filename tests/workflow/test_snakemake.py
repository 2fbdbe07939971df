"""The test preset from end to end by Snakemake: whole outputs, nothing left to do."""

import json
from pathlib import Path

import pytest
from checkout import Checkout

from equidyn.core import paths
from equidyn.core.params import load


def assert_whole(preset: Path) -> None:
    """Every stage of every cell has ended well, and nothing is left half-written."""
    for cell in load(preset / "params.yaml").cells():
        run = json.loads((preset / paths.run(cell) / "run.json").read_text())
        measures = json.loads((preset / paths.run(cell) / "measures.json").read_text())
        assert run["status"] == measures["status"] == "completed"
        assert set(measures["checkpoints"]) == {"best", "early"}
    assert "<html" in (preset / "reports/report.html").read_text()
    assert not list(preset.rglob("*.part"))


def test_outputs_are_whole(snakemake_run: Checkout) -> None:
    assert_whole(snakemake_run.preset)


def test_it_ends_by_naming_the_report_and_keeps_logs(snakemake_run: Checkout) -> None:
    logs = snakemake_run.preset / "logs"
    words = (logs / "train/smoke-levels/eps000/gcnn/seed1.log").read_text()
    assert words.startswith("train smoke-levels/eps000/gcnn/1")
    assert (logs / "report.log").read_text().strip().endswith("report.html")


def test_a_second_run_does_nothing(by_snakemake: Checkout) -> None:
    assert "Nothing to be done" in by_snakemake.snakemake()


def test_snakemake_writes_its_own_report(by_snakemake: Checkout) -> None:
    by_snakemake.snakemake("--report", "all.html")
    page = (by_snakemake.preset / "all.html").read_text()
    assert all(word in page for word in ("smoke-levels-error.svg", "Tables", "Figures", "Data"))


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
