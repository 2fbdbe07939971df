"""relax-anneal: relaxed in training and only then; its checkpoints are strict, and as large as gcnn's."""

import json

import pytest
import torch
from safetensors.torch import load_file
from toy import CELL, built
from toy_variants import ANNEAL, params_with_all

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.variant import Variant
from equidyn.core.training import check, train
from equidyn.core.training.loop import Trainer
from equidyn.domains.smoke.tasks.rollout.recipe import RolloutRecipe
from equidyn.grids.relaxations.anneal import cosine, triangle
from equidyn.grids.stack import GridNet
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.sets import Invariants, SetType

INPUTS, OUTPUTS = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)


def _build(model: str = "gcnn", relax: dict | None = None) -> torch.nn.Module:
    variant = Variant(model=model, options={"hidden": 3, "layers": 3}, relax=relax, augment="none")
    return built("smoke", variant, INPUTS, OUTPUTS, seed=0)


def _annealed(**options: object) -> torch.nn.Module:
    return _build(relax={"by": "anneal", "options": options})


@pytest.mark.parametrize(
    ("model", "by", "told"),
    [
        ("cnn", "anneal", "only a net of strict kernels"),
        ("e2cnn", "projection", "only a net with the whole space of strict kernels"),
    ],
)
def test_only_strict_nets_on_grids_can_be_relaxed(model, by, told):
    with pytest.raises(EquidynError, match=told):
        _build(model, relax={"by": by})
    sets = Variant(model="mlp", options={"hidden": 6, "layers": 2}, relax={"by": "ace"}, augment="none")
    with pytest.raises(EquidynError, match="it takes a GridNet, which the model mlp is not"):
        built("sets", sets, SetType(4, 3), Invariants(1), seed=0)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_free_term_learns_while_it_is_let_through(share):
    network = _annealed()
    network.relax(share)
    network(torch.randn(2, INPUTS.channels, 8, 8)).square().mean().backward()
    for layer in network.layers:
        assert layer.kernel.weight.grad.abs().sum() > 0
        assert bool(layer.free.weight.grad.abs().sum() > 0) == (share > 0)


def test_it_is_used_with_the_parameters_of_gcnn():
    annealed, strict = _annealed(), _build()
    assert count_parameters(annealed.deployed()) == count_parameters(strict)
    assert count_parameters(annealed) > 4 * count_parameters(strict)
    assert annealed.multiply_adds() == strict.multiply_adds()
    state = torch.get_rng_state()
    annealed.deployed()
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("model", ["cnn", "gcnn", "rgroup"])
def test_other_nets_cannot_be_relaxed_and_are_settled(model):
    network = _build(model)
    field = torch.randn(2, INPUTS.channels, 8, 8)
    before = network(field)
    network.relax(1.0)
    assert torch.equal(network(field), before)
    assert network.deployed() is network


def test_the_schedule_falls_from_1_to_exactly_0_at_three_quarters():
    for epochs in (1, 4, 8, 30, 100):
        shares = [cosine(epoch / epochs) for epoch in range(epochs)]
        assert shares[0] == 1 and shares == sorted(shares, reverse=True)
        strict = [epoch for epoch, share in enumerate(shares) if share == 0]  # epochs done before the one trained
        assert strict == [epoch for epoch in range(epochs) if epoch >= 0.75 * epochs]
    assert cosine(3 / 8) == pytest.approx(0.5)


def test_the_published_schedule_rises_and_falls():
    assert [triangle(epoch / 8) for epoch in range(8)] == [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]
    network = _annealed(schedule="triangle")
    assert [network.relaxation(done) for done in (0.0, 0.5, 0.75)] == [0, 1, 0.5]


@pytest.fixture
def shares(monkeypatch):
    """The first layer's share in every training step, and at every validation."""
    seen = {"step": [], "validate": []}
    real_step, real_validate = Trainer._step, RolloutRecipe.validate

    def step(self, *arguments):
        seen["step"].append(self.network.layers[0].free.share.item())
        return real_step(self, *arguments)

    def validate(self, network):
        seen["validate"].append(network.layers[0].free.share.item())
        return real_validate(self, network)

    monkeypatch.setattr(Trainer, "_step", step)
    monkeypatch.setattr(RolloutRecipe, "validate", validate)
    return seen


def test_training_is_relaxed_and_validation_is_strict(workplace, shares):
    train.run(params_with_all(), ANNEAL)
    epochs = [1.0, 0.75, 0.25, 0.0]  # 4 epochs of 2 steps
    assert shares["step"] == pytest.approx([share for share in epochs for _ in range(2)], abs=1e-7)
    assert shares["step"][-1] == 0 and shares["validate"] == [0.0] * 5


def test_patience_counts_strict_epochs_only(workplace):
    """A huge step makes nothing better: gcnn stops two epochs later, the annealed net two after the relaxed ones."""
    params = params_with_all(learning_rate=3.0, patience=2, epochs=12, schedule="constant")
    ends = {}
    for cell in (CELL, ANNEAL):
        train.run(params, cell)
        ends[cell] = json.loads((paths.run(cell) / "run.json").read_text())
    assert ends[CELL]["status"] == ends[ANNEAL]["status"] == "stopped"
    assert ends[CELL]["epochs"] == ends[CELL]["best_epoch"] + 2
    assert ends[ANNEAL]["epochs"] == max(9, ends[ANNEAL]["best_epoch"]) + 2


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_trained_checkpoints_are_strict_though_trained_free(workplace, norm):
    params = params_with_all(norm=norm)
    train.run(params, ANNEAL)
    entries = check.run_cell(params, ANNEAL)
    assert [entry["checkpoint"] for entry in entries] == ["best", "early"]
    errors = [error for entry in entries for sides in entry["error"]["float64"].values() for error in sides.values()]
    assert len(errors) == 2 * 2 * 2 and max(errors) <= 1e-12
    for name in ("best", "early"):
        weights = load_file(paths.run(ANNEAL) / f"{name}.safetensors")
        assert weights["layers.0.free.share"] == 0
        assert weights["layers.0.free.weight"].abs().max() > 1e-3  # the symmetry was broken in training


def test_without_relaxation_it_is_trained_as_gcnn_to_the_bit(workplace, monkeypatch):
    """So relaxation, and nothing else, is what tells the two variants apart."""
    params = params_with_all(weight_decay=0.01)
    train.run(params, CELL)
    train.run(params, ANNEAL)
    strict, relaxed = (load_file(paths.run(cell) / "best.safetensors") for cell in (CELL, ANNEAL))
    assert any(not torch.equal(strict[name], relaxed[name]) for name in strict)
    monkeypatch.setattr(GridNet, "relaxation", lambda network, done: 0.0)
    train.run(params, ANNEAL)
    unrelaxed = load_file(paths.run(ANNEAL) / "best.safetensors")
    assert all(torch.equal(strict[name], unrelaxed[name]) for name in strict)


def test_a_run_tells_its_parameters_as_used_and_as_trained(workplace):
    params = params_with_all()
    runs = {}
    for cell in (CELL, ANNEAL):
        train.run(params, cell)
        runs[cell] = json.loads((paths.run(cell) / "run.json").read_text())
    assert runs[CELL]["parameters"] == runs[CELL]["trained_parameters"] == runs[ANNEAL]["parameters"]
    assert runs[ANNEAL]["trained_parameters"] > 4 * runs[ANNEAL]["parameters"]
