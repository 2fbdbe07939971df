"""soft: the penalty on broken symmetry has its known values, reaches the weights, and makes a plain net less broken."""

import json

import pandas as pd
import pytest
import torch
from toy import toy_dataset
from toy_variants import SOFT, params_with_both

from equidyn.core import paths
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell
from equidyn.core.training import train
from equidyn.core.training.loop import Trainer
from equidyn.domains.smoke.tasks.rollout.recipe import RolloutRecipe
from equidyn.domains.smoke.tasks.rollout.soft import broken_symmetry
from equidyn.domains.smoke.tasks.rollout.task import Rollout

PLAIN = Cell("toy", "sym", "cnn", 1)


class Wind(torch.nn.Module):
    """Adds the same vector everywhere: its broken symmetry is known."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__()
        self.wind = torch.tensor([x, y]).view(1, 2, 1, 1)

    def filters(self):
        return []

    def forward(self, field, filters):
        return self.wind.expand(len(field), 2, *field.shape[-2:])


@pytest.fixture
def study(workplace):
    return params_with_both().studies["toy"]


@pytest.fixture
def task(study):
    return Rollout(study.task, toy_dataset(), torch.device("cpu"))


def _broken(task, network, turns):
    inputs = task.sample("train", 5, 2).inputs
    return broken_symmetry(task, network, inputs, task.unroll(network, inputs, 1)[0], turns)


@pytest.mark.parametrize(("turns", "expected"), [(1, 5.0), (2, 10.0), (3, 5.0)])
def test_the_broken_symmetry_of_a_constant_wind(task, turns, expected):
    """g^-1 w for w = (1, 2) is (2, -1), (-1, -2), (-2, 1); the mean square over the two components."""
    assert _broken(task, Wind(1.0, 2.0), turns).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize(("variant", "strict"), [("gcnn", True), ("relax-anneal", True), ("cnn", False)])
def test_it_is_zero_for_strict_nets_and_no_others(study, task, variant, strict, turns):
    network = build_network(study, variant, task.inputs, task.outputs, seed=0)
    broken = _broken(task, network, turns).item()
    assert broken < 1e-12 if strict else broken > 1e-4


def test_every_weight_feels_it(study, task):
    network = build_network(study, "cnn", task.inputs, task.outputs, seed=0)
    _broken(task, network, 1).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def _penalised(study, penalty):
    return study.variants["cnn"].model_copy(update={"equivariance_penalty": penalty})


def test_each_step_tries_one_quarter_turn_and_an_epoch_all_of_them(study, task):
    training = study.training.model_copy(update={"steps_per_epoch": 20})
    recipe = RolloutRecipe(task, _penalised(study, 1.0), training, seed=1)
    probes = [batch[:, 3].unique().tolist() for batch in recipe.batches(1)]
    assert {tuple(found) for found in probes} == {(1,), (2,), (3,)}
    assert probes == [batch[:, 3].unique().tolist() for batch in recipe.batches(1)]
    assert probes != [batch[:, 3].unique().tolist() for batch in recipe.batches(2)]


def test_the_update_is_that_of_the_loss_with_the_weighted_term(study, task):
    """One step by the loop and by hand."""
    training = study.training.model_copy(update={"clip": 0.0})
    gradients = []
    for by_hand in (True, False):
        network = build_network(study, "cnn", task.inputs, task.outputs, seed=0)
        recipe = RolloutRecipe(task, _penalised(study, 3.0), training, seed=1)
        trainer = Trainer(network, recipe, training, seed=1, device=task.device, precision="fp32")
        batch = recipe.batches(1)[0]
        if by_hand:
            windows = task.windows(batch[:, :2], 2)
            answer = task.unroll(network, windows.inputs, 1)[0]
            term = broken_symmetry(task, network, windows.inputs, answer, int(batch[0, 3]))
            (task.loss(network, windows) + 3.0 * term).backward()
        else:
            found = trainer._step(batch, 0.01)
            assert found[1].item() == pytest.approx(term.item())
        gradients.append([parameter.grad for parameter in network.parameters()])
    for first, second in zip(*gradients, strict=True):
        assert torch.allclose(first, second, rtol=1e-4, atol=1e-7)


def _trained(params, cell):
    train.run(params, cell)
    run = json.loads((paths.run(cell) / "run.json").read_text())
    return run, pd.read_csv(paths.run(cell) / "history.csv")


def test_it_lowers_the_broken_symmetry_that_a_plain_net_learns(workplace):
    params = params_with_both(penalty=10.0, epochs=8, steps_per_epoch=10, early_epoch=2)
    plain, soft = (_trained(params, cell) for cell in (PLAIN, SOFT))
    assert plain[0]["parameters"] == soft[0]["parameters"]
    variances = [history["validation_variance"].iloc[-1] for _, history in (plain, soft)]
    assert variances[1] < 0.5 * variances[0]


def test_the_history_has_the_unweighted_term_where_there_is_a_penalty(workplace):
    plain, soft = (_trained(params_with_both(penalty=0.001), cell)[1] for cell in (PLAIN, SOFT))
    assert plain["equivariance_penalty"].isna().all()
    assert soft["equivariance_penalty"].isna().tolist() == [True, False, False, False, False]
    taken = soft["equivariance_penalty"].dropna()
    assert (taken > 1e-4).all() and (taken < 10).all()
