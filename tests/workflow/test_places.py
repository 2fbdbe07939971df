"""Engines in places that are not as they expect: code of another checkout, no repository, files from the future."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest
from checkout import PROJECT, Checkout

CELL = "gaussian/fresh/mlp-aug/1"
RUN = "data/runs/gaussian/fresh/mlp-aug/seed1"
DATASET = "data/datasets/gaussian/fresh.h5"
DVC = ("dvc", "repro", "presets/test/dvc.yaml:sources")


def documented(heading: str) -> list[str]:
    """The commands that stand in a section of docs/faults.md, without what is said of them."""
    page = (PROJECT / "docs/faults.md").read_text(encoding="utf-8")
    block = re.search(rf"\n## {heading}\n.*?```\n(.*?)```", page, re.DOTALL)
    assert block is not None
    return [line.partition("  #")[0].strip() for line in block[1].splitlines()]


@pytest.mark.parametrize(
    ("engine", "status"),
    [(("snakemake", "--directory", "presets/test", "--dry-run"), 1), (DVC, 255)],
    ids=["snakemake", "dvc"],
)
def test_engines_refuse_the_code_of_another_checkout(fresh: Checkout, engine: tuple[str, ...], status: int) -> None:
    words = fresh.run("env", f"PYTHONPATH={PROJECT / 'src'}", *engine, status=status)
    assert f"the code that runs is {PROJECT / 'src/equidyn'}, not {fresh.root / 'src/equidyn'}" in words
    assert not (fresh.preset / "data").exists()


def test_without_a_repository_dvc_runs_as_documented(fresh: Checkout) -> None:
    shutil.rmtree(fresh.root / ".git")
    assert f"{fresh.root} is not a git repository" in fresh.run(*DVC, status=255)
    for command, made in zip(documented("Without a repository"), (".git", ".dvc/config.local"), strict=True):
        fresh.run("bash", "-c", command)
        assert "tage 'presets/test/dvc.yaml:sources'" in fresh.run(*DVC)
        remove = shutil.rmtree if made == ".git" else os.unlink
        remove(fresh.root / made)


def test_files_from_the_future_are_told_and_made_good_as_documented(small_run: Checkout, tmp_path: Path) -> None:
    """What is there is not made again by that."""
    checkout = small_run.copy(tmp_path / "checkout")
    others = {path: path.stat().st_mtime_ns for path in checkout.preset.glob("data/runs/**/run.json")}
    run, dataset = checkout.preset / RUN / "run.json", checkout.preset / DATASET
    del others[run]
    run.unlink()
    future = time.time() + 3600
    os.utime(dataset, (future, future))
    said = checkout.snakemake(f"{RUN}/run.json", status=1)
    assert "clock skew" in said and "input data/datasets/gaussian/fresh.h5" in said
    assert not run.exists()
    [command] = documented("Clocks")
    checkout.run("bash", "-c", command, folder=checkout.preset)
    assert dataset.stat().st_mtime <= time.time()
    said = checkout.snakemake(f"{RUN}/run.json")
    assert run.exists() and said.count("Training") == 1
    assert {path: path.stat().st_mtime_ns for path in others} == others
