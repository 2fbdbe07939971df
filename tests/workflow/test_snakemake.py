"""Two studies of the test preset from end to end by Snakemake: whole outputs, nothing left to do."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from checkout import WARM, Checkout

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


RATE = "studies: {gaussian: {variants: {mlp-aug: {training: {learning_rate: 2e-2}}}}}"
TOUCHED = {f"{stage} gaussian/fresh/mlp-aug/{seed}" for stage in ("train", "measure") for seed in (1, 2)} | {"report"}


def _planned(checkout: Checkout, *settings: str) -> set[str]:
    words = checkout.snakemake("--dry-run", "--printshellcmds", *settings)
    return set(re.findall(r"equidyn (\w+(?: [\w/-]+)?) (?:--params data/params/\w+[.]yaml )?>", words))


def test_settings_of_the_command_line_run_just_what_they_touch(small_run: Checkout, tmp_path: Path) -> None:
    """By a file and a word, the second over the first; recorded by what they touch; gone in the next run without."""
    checkout = small_run.copy(tmp_path / "checkout")
    (tmp_path / "my.yaml").write_text(RATE)
    deeper = "studies={gaussian: {variants: {mlp-aug: {training: {learning_rate: 3e-2}}}}}"
    settings = ("--configfile", str(tmp_path / "my.yaml"), "--config", deeper)
    assert _planned(checkout, *settings) == TOUCHED
    words = checkout.run(*WARM, "snakemake", "--directory", "presets/test", "--cores", "2", *settings)
    assert f"params.yaml, then {tmp_path}/my.yaml, then --config studies" in words
    cell = checkout.preset / "data/runs/gaussian/fresh/mlp-aug/seed1"
    for name in ("run.json", "measures.json"):
        params = json.loads((cell / name).read_text())["provenance"]["params"]
        assert params["studies.gaussian.variants.mlp-aug"]["training"] == {"learning_rate": 3e-2}
    assert _planned(checkout, *settings) == set()
    assert _planned(checkout) == TOUCHED
    variant = yaml.safe_load(checkout.params.read_text())["studies"]["gaussian"]["variants"]["mlp-aug"]
    checkout.set_param("studies.gaussian.variants.mlp-aug", variant | {"training": {"learning_rate": 3e-2}})
    assert _planned(checkout) == set()


def test_a_whole_file_stands_alone_and_faults_name_their_file(small_run: Checkout, tmp_path: Path) -> None:
    whole, wrong = small_run.copy(tmp_path / "checkout"), tmp_path / "wrong.yaml"
    for text, said in {
        "studies: {gaussian: {sheeds: [1]}}": f"params.yaml, then {wrong}: 1 wrong entry",
        "studies: {gaussian: {seeds: [010]}}": f"{wrong}: line 1: '010': YAML's readers differ in it",
        "studies: 1\nstudies: 2": f"{wrong}: not readable as YAML",
        "[1]": "Config file must be given as JSON or YAML with keys at top level",
    }.items():
        wrong.write_text(text)
        words = whole.snakemake("--dry-run", "--configfile", str(wrong), status=1)
        assert said in words and "Traceback" not in words
    shutil.move(whole.params, tmp_path / "whole.yaml")
    tree = yaml.safe_load((tmp_path / "whole.yaml").read_text())
    del tree["studies"]["gaussian"]
    whole.params.write_text(yaml.safe_dump(tree))
    assert _planned(whole, "--configfile", str(tmp_path / "whole.yaml")) == set()
    whole.params.unlink()
    assert _planned(whole, "--configfile", str(tmp_path / "whole.yaml")) == set()


@pytest.mark.parametrize("engine", ["snakemake", "dvc"])
def test_wrong_params_stop_both_engines_before_any_job(fresh: Checkout, engine: str) -> None:
    fresh.edit("presets/test/params.yaml", "device: cpu ", "device: gpu ")
    words = fresh.snakemake(status=1) if engine == "snakemake" else fresh.dvc("repro", status=255)
    assert "compute.device = 'gpu': should be 'auto', 'cpu' or 'cuda'" in words
    assert not (fresh.preset / "data/datasets").exists()
    assert not (fresh.preset / "data/runs").exists()
