"""The task upscale: its boxes, its recipe, and its stages; and training a network that has no parameters."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from resuming import FILES, assert_goes_on_to_the_same_bytes
from safetensors.torch import load_file
from toy import refused
from toy_volumes import (
    ANNEALED,
    CONTEXT,
    FACTOR,
    NET,
    NONE,
    PLAIN,
    SAMPLES,
    SIDE,
    SPLIT,
    STRICT,
    STUDY,
    TURNED,
    lessons_of_cell,
    subject_of_cell,
    volume_params,
    volumes,
)

from equidyn.commands import checks, stages
from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.measures import measure
from equidyn.core.params import Cell, Params
from equidyn.core.params.variant import Variant
from equidyn.core.training import check, train
from equidyn.domains.turbulence.tasks.upscale.recipe import UpscaleRecipe
from equidyn.domains.turbulence.tasks.upscale.task import Boxes, errors
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.group_action import orbit
from equidyn.symmetry.groups import CUBE

TRAINING = SPLIT["train"] * SAMPLES


@pytest.fixture
def params(workplace) -> Params:
    """Write params.yaml and the flows in the working folder."""
    return volume_params()


def _whole(recipe: UpscaleRecipe, epoch: int) -> Boxes:
    parts = list(recipe.batches(epoch))
    return Boxes(torch.cat([part.inputs for part in parts]), torch.cat([part.targets for part in parts]))


def test_fields_are_in_units_of_the_fine_training_components(params):
    task, stored = lessons_of_cell(params, PLAIN).task, volumes()
    fine = stored.of("train")[1].astype(np.float64)
    assert task.rms == pytest.approx(np.sqrt(np.square(fine).mean()), rel=1e-12)
    assert task.splits["train"].targets.square().mean().item() == pytest.approx(1, rel=1e-6)
    for name in stored.splits:
        coarse, fine = map(torch.from_numpy, stored.of(name))
        assert torch.allclose(task.splits[name].inputs.unflatten(1, (CONTEXT, 3)) * task.rms, coarse, atol=1e-6)
        assert torch.allclose(task.splits[name].targets * task.rms, fine, atol=1e-6)


def test_it_maps_coarse_vectors_to_one_fine_vector(params):
    task = lessons_of_cell(params, PLAIN).task
    assert task.inputs == BoxType(CUBE, "vector", CONTEXT, 1, periodic=True)
    assert task.outputs == BoxType(CUBE, "vector", 1, FACTOR, periodic=True)


def test_the_middle_frame_is_that_of_the_fine_one(params):
    test = lessons_of_cell(params, PLAIN).task.splits["test"]
    means = test.targets.unflatten(-1, (-1, FACTOR)).unflatten(-3, (-1, FACTOR)).unflatten(-5, (-1, FACTOR))
    assert torch.allclose(test.middle, means.mean((-5, -3, -1)), atol=1e-6)
    assert not torch.allclose(test.middle, test.inputs[:, :3], atol=1e-2)


def test_a_sample_is_spread_over_its_split(params):
    task = lessons_of_cell(params, PLAIN).task
    whole = task.splits["train"]
    assert torch.equal(task.sample("train", 3).targets, whole.targets[[0, 2, 4]])
    assert torch.equal(task.sample("train", 99).inputs, whole.inputs)


def test_an_epoch_passes_over_the_training_samples_by_seed_and_epoch_alone(params):
    recipe, again, other = (lessons_of_cell(params, PLAIN, seed) for seed in (1, 1, 2))
    first, stored = _whole(recipe, 1), recipe.task.splits["train"]
    assert [len(batch) for batch in recipe.batches(1)] == [2] * 3
    order = [int((stored.targets == target).flatten(1).all(1).nonzero()) for target in first.targets]
    assert sorted(order) == list(range(TRAINING)) and torch.equal(stored.inputs[order], first.inputs)
    assert torch.equal(first.inputs, _whole(again, 1).inputs)
    for elsewhere in (_whole(recipe, 2), _whole(other, 1)):
        assert not torch.equal(first.inputs, elsewhere.inputs)


def test_augmentation_turns_question_and_answer_by_one_rotation_of_their_own(params):
    recipe = lessons_of_cell(params, TURNED)
    plain, turned = _whole(lessons_of_cell(params, PLAIN), 1), _whole(recipe, 1)
    found = [
        [
            (orbit(getattr(plain, name)[sample], kind) == getattr(turned, name)[sample]).flatten(1).all(1).nonzero()
            for name, kind in (("inputs", recipe.task.inputs), ("targets", recipe.task.outputs))
        ]
        for sample in range(TRAINING)
    ]
    assert all(len(element) == 1 and element == same for element, same in found)
    assert len({int(element) for element, _ in found}) > 2
    assert torch.equal(turned.inputs, _whole(lessons_of_cell(params, TURNED), 1).inputs)


def test_all_rotations_are_drawn_alike(params):
    recipe = lessons_of_cell(params, TURNED)
    inputs, targets = torch.randn(1, 3 * CONTEXT, 2, 2, 2), torch.zeros(1, 3, 1, 1, 1)
    recipe.task.splits["train"] = Boxes(inputs.expand(6, *[-1] * 4), targets.expand(6, *[-1] * 4))
    drawn = torch.cat([_whole(recipe, epoch).inputs for epoch in range(400)]).flatten(1)
    counts = drawn.unique(dim=0, return_counts=True)[1]
    assert len(counts) == 24 and ((counts - 100).abs() < 50).all()  # five standard deviations


def test_the_loss_is_a_mean_over_components_and_voxels(params):
    recipe = lessons_of_cell(params, PLAIN)
    boxes, task = recipe.validation, recipe.task

    def off(inputs: torch.Tensor) -> torch.Tensor:
        """Wrong by 0.3 in vx, and right in the others."""
        return boxes.targets + torch.tensor([0.3, 0, 0])[:, None, None, None]

    loss, values = recipe.loss(off, boxes)
    assert loss.item() == pytest.approx(0.1, rel=1e-5) and values.tolist() == [loss.item()]
    task.settings = task.settings.model_copy(update={"loss": "mse"})
    assert task.loss(off, boxes).item() == pytest.approx(0.03, rel=1e-5)
    assert errors(off(boxes.inputs), boxes.targets) == pytest.approx({"mae": 0.1, "rmse": 0.03**0.5}, rel=1e-5)


def test_validation_is_of_answers_sample_by_sample(params):
    recipe, network = lessons_of_cell(params, STRICT), subject_of_cell(params, STRICT).network
    found = recipe.validate(network)
    with torch.no_grad():
        gap = (network(recipe.validation.inputs) - recipe.validation.targets).double()
    assert found["validation_mae"] == pytest.approx(gap.abs().mean().item(), rel=1e-5)
    assert found["validation_rmse"] == pytest.approx(gap.square().mean().sqrt().item(), rel=1e-5)


def test_training_makes_answers_better(workplace):
    train.run(volume_params(steps_per_epoch=6, learning_rate=0.005), STRICT)
    history = pd.read_csv(paths.run(STRICT) / "history.csv")
    assert list(history) == ["epoch", "learning_rate", "train_loss", "penalty", "validation_mae", "validation_rmse"]
    assert history["validation_mae"].iloc[-1] < 0.93 * history["validation_mae"].iloc[0]
    assert history["train_loss"].iloc[-1] < 0.8 * history["train_loss"].iloc[1]


def test_bf16_trains_close_to_fp32(params):
    scores = []
    for precision in ("fp32", "bf16"):
        compute = params.compute.model_copy(update={"precision": precision})
        train.run(params.model_copy(update={"compute": compute}), STRICT)
        run = json.loads((paths.run(STRICT) / "run.json").read_text())
        assert run["precision"] == precision
        scores.append(run["best_score"])
    assert scores[0] == pytest.approx(scores[1], rel=0.05) and scores[0] != scores[1]


@pytest.mark.parametrize("cell", [TURNED, STRICT, ANNEALED], ids=str)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(params, monkeypatch, cell):
    assert_goes_on_to_the_same_bytes(params, cell, monkeypatch)


REMEMBERING = {  # variant -> the column of history.csv that tells what it must remember
    "ace": ({"model": "gcnn", "relax": {"by": "ace"}}, "multiplier_max"),
    "gap-gate": ({"model": "gcnn", "relax": {"by": "gap_gate"}}, "share"),
    "remul-gradual": (
        {"model": "cnn", "treatment": {"by": "remul", "options": {"weight": 0.5, "gradual": True}}},
        "weight_a",
    ),
}


@pytest.mark.parametrize("name", REMEMBERING)
def test_a_killed_run_goes_on_with_multipliers_gates_and_weights(params, monkeypatch, name):
    wanted, column = REMEMBERING[name]
    variants = {name: Variant(options=NET, augment="none", **wanted)}
    study = params.studies["boxes"].model_copy(update={"variants": variants})
    cell = Cell("boxes", "isotropic", name, 1)
    assert_goes_on_to_the_same_bytes(params.model_copy(update={"studies": {"boxes": study}}), cell, monkeypatch)
    assert pd.read_csv(paths.run(cell) / "history.csv")[column].nunique() > 3


@pytest.mark.parametrize("cell", [TURNED, STRICT], ids=str)
def test_stages_from_boxes_to_measures(params, cell):
    train.run(params, cell)
    found = json.loads(measure.run(params, cell).read_text())
    assert set(found["checkpoints"]["best"]) == set(STUDY["measures"])
    assert set(found["checkpoints"]["early"]) == {"super_resolution", "sharpness", "hessian"}
    assert found["checkpoints"]["best"]["sharpness"]["control"] == 0
    assert found["checkpoints"]["best"]["hessian"]["largest"] > 0
    example, coarse = load_file(paths.run(cell) / "example.safetensors"), SIDE // FACTOR
    assert {name: tuple(slice_.shape) for name, slice_ in example.items()} == {
        "input": (3, coarse, coarse),
        "truth": (3, SIDE, SIDE),
        "prediction": (3, SIDE, SIDE),
        "trilinear": (3, SIDE, SIDE),
    }


def test_a_network_without_parameters_is_validated_and_that_is_all(params):
    train.run(params, NONE)
    run = json.loads((paths.run(NONE) / "run.json").read_text())
    history = pd.read_csv(paths.run(NONE) / "history.csv")
    assert (run["status"], run["message"]) == ("completed", "no parameters to train")
    assert run["parameters"] == run["trained_parameters"] == run["epochs"] == run["best_epoch"] == 0
    assert history["epoch"].tolist() == [0] and history["train_loss"].isna().all()
    assert run["best_score"] == pytest.approx(history["validation_mae"].item())
    assert load_file(paths.run(NONE) / "best.safetensors") == load_file(paths.run(NONE) / "early.safetensors") == {}
    assert not paths.resume(NONE).exists()
    before = {name: (paths.run(NONE) / name).read_bytes() for name in FILES}
    train.run(params, NONE)
    assert {name: (paths.run(NONE) / name).read_bytes() for name in FILES} == before


def test_a_network_without_parameters_is_measured(params):
    train.run(params, NONE)
    found = json.loads(measure.run(params, NONE).read_text())["checkpoints"]
    assert found["best"]["sharpness"] == found["best"]["hessian"] == found["best"]["cost"] == {}
    assert found["best"]["super_resolution"] == found["early"]["super_resolution"]
    assert found["best"]["super_resolution"]["mae"] == found["best"]["super_resolution"]["trilinear"]["mae"] > 0
    example = load_file(paths.run(NONE) / "example.safetensors")
    assert torch.equal(example["prediction"], example["trilinear"])
    checked = check.run_cell(params, NONE)
    assert [entry["strict"] for entry in checked] == [True] * 2


def test_the_commands_go_all_the_way(params):
    """From a simulation to measures, with a network that is trained, and with one that has nothing to train."""
    paths.dataset("boxes", "isotropic").unlink()
    stages.prepare("boxes/isotropic")
    for cell in (STRICT, NONE):
        stages.train(str(cell))
        stages.measure(str(cell))
        found = json.loads((paths.run(cell) / "measures.json").read_text())
        best = found["checkpoints"]["best"]
        assert found["strict"] and found["data"]["checks"]["rms"]["train"] == pytest.approx(
            best["super_resolution"]["unit"], rel=1e-6
        )
        assert 0 < best["super_resolution"]["mae"] < best["super_resolution"]["mean"]["mae"]
    checks.check(str(NONE))


WRONG = {
    "quarter turns": ("variants.cnn-aug.augment", "c4", "the task 'upscale' has none, cube"),
    "a net of planes": ("variants.cnn.model", "mlp", "not one of the models of turbulence"),
    "a measure of planes": ("measures.error", {"at": ["best"], "options": {}}, "not one of the measures of turbulence"),
    "an unknown loss": ("task.loss", "mape", "task.loss = 'mape': should be 'mae' or 'mse'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_named_before_any_job(workplace, case):
    key, value, words = WRONG[case]
    assert words in refused(STUDY, key, value)


def test_stages_too_few_for_the_factor_are_named(params):
    study = params.studies["boxes"]
    variant = study.variants["gcnn-vector"].model_copy(update={"options": {"hidden": [2, 2, 2]}})
    wrong = study.model_copy(update={"variants": {"gcnn-vector": variant}})
    with pytest.raises(EquidynError, match="hidden"):
        train.run(params.model_copy(update={"studies": {"boxes": wrong}}), Cell("boxes", "isotropic", "gcnn-vector", 1))
