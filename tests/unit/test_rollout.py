"""The task rollout: windows, autoregression, loss."""

import pytest
import torch
from toy import TREE, toy_dataset

from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.params.rollout import RolloutTask
from equidyn.domains.smoke.tasks.rollout.task import Rollout


class Decay(torch.nn.Module):
    """Answers with half of the newest frame; a stand-in whose rollout is known."""

    def filters(self):
        return []

    def forward(self, field, filters):
        return 0.5 * field[:, -2:]


@pytest.fixture
def task():
    return Rollout(RolloutTask(**TREE["studies"]["toy"]["task"]), toy_dataset(), torch.device("cpu"))


def test_velocity_is_in_units_of_the_training_rms(task):
    training = task.velocity[:8]
    assert training.double().square().mean().sqrt().item() == pytest.approx(1, rel=1e-6)


def test_windows_stay_inside_their_split(task):
    starts = task.starts("train", steps=2)
    assert len(starts) == 8 * 5  # 8 simulations; 8 frames hold 5 windows of 2 + 2
    assert set(starts[:, 0].tolist()) == set(range(8))
    assert starts[:, 1].max() == 4
    assert set(task.starts("test", steps=3)[:, 0].tolist()) == set(range(12, 16))


def test_windows_hold_consecutive_frames(task):
    windows = task.windows(torch.tensor([[3, 2]]), steps=2)
    assert torch.equal(windows.inputs[0], task.velocity[3, 2:4].flatten(0, 1))
    assert torch.equal(windows.targets[:, 0], task.velocity[3, 4:6])


def test_unroll_feeds_its_own_answers_back(task):
    inputs = task.windows(task.starts("test", 3), 3).inputs
    predictions = task.unroll(Decay(), inputs, 3)
    for step in range(3):  # residual: the frame grows by half of itself at each step
        assert torch.allclose(predictions[step], 1.5 ** (step + 1) * inputs[:, -2:])


def test_loss_is_the_sum_of_mean_squares_over_steps(task):
    windows = task.windows(task.starts("test", 2), 2)
    predictions = task.unroll(Decay(), windows.inputs, 2)
    expected = sum(((predictions[step] - windows.targets[step]) ** 2).mean() for step in range(2))
    assert task.loss(Decay(), windows).item() == pytest.approx(expected.item(), rel=1e-6)


def test_turned_windows_turn_question_and_answer_alike(task):
    windows = task.windows(task.starts("train", 2)[:4], 2)
    turned = windows.turned(torch.tensor([0, 1, 2, 3]), task.inputs, task.outputs)
    for index in range(4):
        assert torch.equal(turned.inputs[index], task.inputs.act(windows.inputs[index], index))
        assert torch.equal(turned.targets[:, index], task.outputs.act(windows.targets[:, index], index))


def test_a_split_too_short_for_a_window_is_named(task):
    with pytest.raises(EquidynError, match="validation split has no window of 12 frames"):
        task.starts("validation", steps=10)


def test_spread_windows_are_evenly_spread_and_at_most_all(task):
    everything = task.starts("train", 2)
    few, all_of_them = task.sample("train", 3, 2), task.sample("train", 1000, 2)
    assert torch.equal(
        few.inputs, task.windows(everything[[0, 20, 39]], 2).inputs
    )  # 40 windows: the ends and the middle
    assert torch.equal(all_of_them.targets, task.windows(everything, 2).targets)


def test_splits_that_are_not_for_training_are_tests(task):
    assert task.tests == ("test",)
