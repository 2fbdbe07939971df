"""What a training leaves, and a training that is killed on its way: all tasks must go on from there."""

import pytest

from equidyn.core import paths
from equidyn.core.params import Cell, Params
from equidyn.core.training import train
from equidyn.core.training.loop import Trainer

FILES = ("best.safetensors", "early.safetensors", "history.csv")


def outputs(cell: Cell) -> dict[str, bytes]:
    """The files that a run leaves, but for its record, which tells the time."""
    return {name: (paths.run(cell) / name).read_bytes() for name in FILES}


def die_in_epoch_3(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The third epoch to begin is killed; returns the list of epochs finished before each one that begins."""
    real_epoch, begun = Trainer._epoch, []

    def epoch(self, state):
        begun.append(state.epoch)
        if len(begun) == 3:
            raise KeyboardInterrupt
        real_epoch(self, state)

    monkeypatch.setattr(Trainer, "_epoch", epoch)
    return begun


def assert_goes_on_to_the_same_bytes(params: Params, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of four epochs that is killed and started again ends as one that nothing disturbed."""
    train.run(params, cell)
    whole = outputs(cell)
    begun = die_in_epoch_3(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        train.run(params, cell)
    train.run(params, cell)
    assert begun == [0, 1, 2, 2, 3]  # the second run began where the first had last saved
    assert outputs(cell) == whole
