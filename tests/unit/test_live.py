"""What an experiment of DVC sees of a training, by a stand-in for dvclive; nothing of it can end the training."""

import sys
from pathlib import Path

import pytest

from equidyn.core.params import Cell
from equidyn.core.training.live import live

CELL = Cell("sets", "fresh", "mlp", 1, control=True)
ROWS = [{"epoch": 0, "loss": None, "score": 2.0}, {"epoch": 1, "loss": 0.5, "score": 1.0}]
STAND_IN = """
class Live:
    said = []
    def __init__(self, folder, **options):
        self.said.append((folder, options["save_dvc_exp"], options["dvcyaml"]))
    def log_metric(self, name, value):
        {broken}
        self.said.append((self.step, name, value))
    def make_summary(self): pass
    def end(self): self.said.append("end")
"""


@pytest.fixture
def broken() -> str:
    return "pass"


@pytest.fixture(autouse=True)
def experiment(workplace: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """An experiment, where dvclive is the stand-in."""
    Path("dvclive.py").write_text(STAND_IN.format(broken=broken))
    monkeypatch.syspath_prepend(workplace)
    monkeypatch.delitem(sys.modules, "dvclive", raising=False)
    monkeypatch.setenv("DVC_EXP_NAME", "dizzy-name")


def _train() -> None:
    with live(CELL) as record:
        for row in ROWS:
            record(row)


def test_each_epoch_is_recorded_in_a_folder_of_its_own() -> None:
    _train()
    from dvclive import Live

    rows = [(0, "score", 2.0), (1, "loss", 0.5), (1, "score", 1.0)]
    assert Live.said == [("dvclive/controls/sets/fresh/mlp/seed1", False, None), *rows, "end"]


def test_outside_an_experiment_or_without_dvclive_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_EXP_NAME")
    _train()
    assert "dvclive" not in sys.modules


@pytest.mark.parametrize("broken", ["1 / 0"])
def test_what_fails_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    _train()
    assert capsys.readouterr().err == "equidyn: dvclive: division by zero; the training goes on without\n"
