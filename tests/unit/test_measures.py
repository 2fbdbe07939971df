"""The battery that every measure passes by lying in measures/, and the stage measure."""

import json
import math
from importlib import import_module

import pytest
import torch
from safetensors.torch import load_file
from toy import CELL, measured_twice, toy_dataset, toy_params

from equidyn.core import paths
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.measures import measure
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell
from equidyn.core.params.signatures import entries, module
from equidyn.core.training import train
from equidyn.domains.smoke.models import gcnn
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout

TAKEN = (("EvaluationContext",), ("RolloutContext",))


def _subject(workplace, variant: str) -> RolloutContext:
    study = toy_params().studies["toy"]
    task = Rollout(study.task, toy_dataset(), torch.device("cpu"))
    return RolloutContext(build_network(study, variant, task.inputs, task.outputs, 0).eval(), task)


def _numbers(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [number for part in tree for number in _numbers(part)] if isinstance(tree, list) else [tree]


def test_registry_holds_the_measures():
    assert set(entries(find("smoke"), "measures")) >= {"error", "equivariance", "decomposition"}


@pytest.mark.parametrize("variant", ["cnn", "gcnn", "rgroup"])
@pytest.mark.parametrize(
    "name", [name for name, entry in entries(find("smoke"), "measures").items() if entry.takes in TAKEN]
)
def test_every_measure_gives_finite_numbers_twice_the_same(workplace, name, variant):
    context = _subject(workplace, variant)
    found = measured_twice("smoke", name, lambda: RolloutContext(context.network, context.task))
    assert _numbers(found) and all(math.isfinite(number) for number in _numbers(found))


def test_a_strict_net_has_round_off_only(workplace):
    strict, plain = (_subject(workplace, variant) for variant in ("gcnn", "cnn"))
    for name, key in (("equivariance", "relative"), ("decomposition", "share")):
        entry = import_module(module(find("smoke"), "measures", name))
        assert entry.measure(strict)[key] < 1e-6
        assert entry.measure(plain)[key] > 1e-3


@pytest.mark.parametrize("options", [{"group": "C2"}, {"vector_action": "published"}], ids=str)
def test_a_net_that_is_strict_under_another_action_is_measured_under_that_of_the_data(workplace, options):
    """And its nearest strict net is itself."""
    task = _subject(workplace, "gcnn").task
    torch.manual_seed(0)
    wrong = RolloutContext(gcnn.build(task.inputs, task.outputs, hidden=2, layers=3, **options).eval(), task)
    found = {
        name: import_module(module(find("smoke"), "measures", name)).measure(wrong)
        for name in ("equivariance", "decomposition", "distance", "ends")
    }
    assert found["equivariance"]["relative"] > 1e-3 and found["decomposition"]["share"] > 1e-5
    assert found["distance"]["total"] < 1e-6
    assert found["ends"]["projected"] == pytest.approx(found["ends"]["trained"], rel=1e-5)


def test_error_of_a_net_that_changes_nothing_is_persistence(workplace):
    context = _subject(workplace, "cnn")
    for parameter in context.network.parameters():
        torch.nn.init.zeros_(parameter)
    found = import_module("equidyn.domains.smoke.measures.error").measure(context)
    assert found["rmse"] == found["persistence_rmse"]
    assert found["rmse_by_step"] == found["persistence_rmse_by_step"]
    mean_square = sum(rmse**2 for rmse in found["rmse_by_step"]) / 3
    assert found["rmse"] == pytest.approx(mean_square**0.5)


@pytest.fixture
def trained(workplace):
    params = toy_params()
    train.run(params, CELL)
    return params


def test_the_stage_writes_each_measure_at_its_checkpoints(trained):
    found = json.loads(measure.run(trained, CELL).read_text())
    assert set(found["checkpoints"]["best"]) == {"error", "equivariance", "decomposition"}
    assert set(found["checkpoints"]["early"]) == {"error"}
    assert found["checkpoints"]["best"]["error"] != found["checkpoints"]["early"]["error"]
    assert found["strict"] and found["status"] == "completed"
    example = load_file(paths.run(CELL) / "example.safetensors")
    assert example["truth"].shape == example["prediction"].shape == (3, 2, 8, 8)


def test_a_truncated_or_foreign_checkpoint_is_named(trained):
    path = paths.run(CELL) / "best.safetensors"
    whole = path.read_bytes()
    other = Cell("toy", "sym", "cnn", 1)
    train.run(trained, other)
    for content in (whole[:-9], b"", (paths.run(other) / "best.safetensors").read_bytes()):
        path.write_bytes(content)
        words = r"best\.safetensors: not the file that run\.json beside it names .*; delete it and run again"
        with pytest.raises(EquidynError, match=words):
            measure.run(trained, CELL)
        assert not (paths.run(CELL) / "measures.json").exists()


def test_a_missing_run_is_named(workplace):
    with pytest.raises(EquidynError, match=r"run\.json: missing"):
        measure.run(toy_params(), CELL)


def test_a_diverged_run_is_measured_and_marked(workplace):
    params = toy_params(learning_rate=1.0e30, clip=0.0)
    train.run(params, CELL)
    found = json.loads(measure.run(params, CELL).read_text())
    assert found["status"] == "diverged" and "epoch" in found["run"]["message"]
