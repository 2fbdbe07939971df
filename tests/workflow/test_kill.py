"""A training that is killed, and run again, gives what an undisturbed one gives, to the last byte."""

import json
import signal
import time
from pathlib import Path

import pytest
from checkout import Checkout

from equidyn.core import paths
from equidyn.core.params import Cell

CELL = Cell("smoke-levels", "eps000", "gcnn", 1)


@pytest.fixture
def long(by_snakemake: Checkout) -> Checkout:
    """A checkout whose training lasts long enough to be killed in the middle."""
    for key in ("epochs", "patience"):
        by_snakemake.set_param(f"studies.smoke-levels.training.{key}", 80)
    return by_snakemake


def test_kill_and_run_again(long: Checkout, tmp_path: Path) -> None:
    undisturbed = long.copy(tmp_path / "undisturbed")
    for stage in ("train", "measure"):
        undisturbed.equidyn(stage, str(CELL))
    epochs = _kill_in_the_middle(long)
    words = long.equidyn("train", str(CELL))
    long.equidyn("measure", str(CELL))
    assert epochs > 0
    assert f"{CELL}: 0/" not in words
    _assert_same(undisturbed.preset / paths.run(CELL), long.preset / paths.run(CELL))
    assert not (long.preset / paths.resume(CELL)).exists()


def _kill_in_the_middle(checkout: Checkout) -> int:
    """SIGKILL after the first saved epochs; returns how often the resume file was seen to change."""
    resume = checkout.preset / paths.resume(CELL)
    history = checkout.preset / paths.run(CELL) / "history.csv"
    history.unlink()
    process = checkout.start("equidyn", "train", str(CELL), folder=checkout.preset)
    seen: set[int] = set()
    while len(seen) < 3:
        assert process.poll() is None, process.communicate()[0]
        if resume.exists():
            seen.add(resume.stat().st_mtime_ns)
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert resume.exists()
    assert not history.exists()
    return len(seen)


def _assert_same(one: Path, other: Path) -> None:
    for name in ("history.csv", "best.safetensors", "early.safetensors", "example.safetensors"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    measures = [json.loads((folder / "measures.json").read_text())["checkpoints"] for folder in (one, other)]
    assert measures[0] == measures[1]
