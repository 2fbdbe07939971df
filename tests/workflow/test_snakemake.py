"""Two studies of the test preset from end to end by Snakemake: whole outputs, nothing left to do."""

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


def test_outputs_are_whole(small_run: Checkout) -> None:
    assert_whole(small_run.preset)


def test_it_ends_by_naming_the_report_and_keeps_logs(small_run: Checkout) -> None:
    logs = small_run.preset / "logs"
    words = (logs / "train/runs/smoke-sizes/E3-n2/gcnn/seed2.log").read_text()
    assert words.startswith("train smoke-sizes/E3-n2/gcnn/2")
    assert (logs / "report.log").read_text().strip().endswith("report.html")


def test_a_second_run_does_nothing_but_a_page_of_its_own_if_asked(small_run: Checkout, tmp_path: Path) -> None:
    checkout = small_run.copy(tmp_path / "checkout")
    assert "Nothing to be done" in checkout.snakemake()
    checkout.snakemake("--report", "all.html")
    page = (checkout.preset / "all.html").read_text()
    assert all(word in page for word in ("gaussian--accuracy.csv", "Tables", "Figures", "Data"))


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
