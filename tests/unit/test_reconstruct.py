"""The task reconstruct: its images, its recipe, and its stages."""

import json

import pandas as pd
import pytest
import torch
from resuming import assert_goes_on_to_the_same_bytes
from safetensors.torch import load_file
from toy_images import digits
from toy_reconstruct import ATTENTIVE, COUNTS, NET, PLAIN, SIDE, STRICT, STUDY, TURNED, image_params, lessons_of_cell

from equidyn.core import paths
from equidyn.core.measures import measure
from equidyn.core.params import Params
from equidyn.core.training import train
from equidyn.domains.digits.tasks.reconstruct.recipe import ReconstructRecipe
from equidyn.domains.digits.tasks.reconstruct.task import Images
from equidyn.symmetry.images import ImageType


@pytest.fixture
def params(workplace) -> Params:
    """Write params.yaml and the images in the working folder."""
    return image_params()


def _inputs(recipe: ReconstructRecipe, epoch: int) -> torch.Tensor:
    return torch.cat([batch.inputs for batch in recipe.batches(epoch)])


def test_an_epoch_passes_over_the_training_images_by_seed_and_epoch_alone(params):
    recipe, again, other = (lessons_of_cell(params, PLAIN, seed) for seed in (1, 1, 2))
    first, stored = _inputs(recipe, 1), recipe.task.splits["train"].inputs
    assert torch.equal(first.flatten(1).unique(dim=0), stored.flatten(1).unique(dim=0))
    assert torch.equal(first, _inputs(again, 1))
    assert not torch.equal(first, _inputs(recipe, 2)) and not torch.equal(first, _inputs(other, 1))
    assert [len(batch) for batch in recipe.batches(1)] == [8] * 5


def test_a_sample_is_the_first_images_of_its_split(params):
    task, stored = lessons_of_cell(params, PLAIN).task, digits(SIDE, COUNTS)
    assert torch.equal(task.sample("validation", 3).inputs, torch.from_numpy(stored.of("validation")[0][:3]))
    assert len(task.sample("test", 99)) == COUNTS["test"]
    assert task.test_labels.tolist() == stored.of("test")[1].tolist()


def test_augmentation_turns_each_image_on_its_own_and_nothing_else(params):
    plain, turned = (_inputs(lessons_of_cell(params, cell), 1) for cell in (PLAIN, TURNED))
    ways = torch.stack([ImageType(SIDE).act(plain, turns) for turns in range(4)])
    matches = (ways == turned).all(-1).all(-1)
    assert (matches.sum(0) == 1).all() and matches.any(1).all()


def test_all_turns_are_drawn_alike(params):
    recipe = lessons_of_cell(params, TURNED)
    same = torch.arange(float(SIDE**2)).view(1, SIDE, SIDE)
    recipe.task.splits["train"] = Images(same.expand(40, -1, -1))
    drawn = torch.cat([_inputs(recipe, epoch) for epoch in range(200)])
    counts = drawn.flatten(1).unique(dim=0, return_counts=True)[1]
    assert len(counts) == 4 and ((counts - 2000).abs() < 200).all()  # five standard deviations


def test_the_loss_is_a_mean_over_images_and_pixels(params):
    recipe = lessons_of_cell(params, PLAIN)
    images = recipe.validation.inputs
    loss, values = recipe.loss(lambda inputs: inputs + 0.5, Images(images))
    assert loss.item() == pytest.approx(0.25) and values.tolist() == [loss.item()]
    assert recipe.validate(lambda inputs: inputs - 0.1)["validation_loss"] == pytest.approx(0.01)


def test_training_makes_reconstructions_better(workplace):
    params = image_params(epochs=8, learning_rate=0.02)
    for cell in (PLAIN, TURNED, STRICT):
        train.run(params, cell)
        history = pd.read_csv(paths.run(cell) / "history.csv")
        assert list(history)[:4] == ["epoch", "learning_rate", "train_loss", "penalty"]
        assert history["validation_loss"].iloc[-1] < 0.7 * history["validation_loss"].iloc[0]
        assert history["train_loss"].iloc[-1] < 0.7 * history["train_loss"].iloc[1]


@pytest.mark.parametrize("cell", [TURNED, STRICT], ids=str)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(params, monkeypatch, cell):
    assert_goes_on_to_the_same_bytes(params, cell, monkeypatch)


@pytest.mark.parametrize("cell", [PLAIN, ATTENTIVE], ids=str)
def test_stages_from_images_to_measures(params, cell):
    train.run(params, cell)
    found = json.loads(measure.run(params, cell).read_text())["checkpoints"]
    assert set(found["best"]) == set(STUDY["measures"]) and set(found["early"]) == {"reconstruction"}
    example = load_file(paths.run(cell) / "example.safetensors")
    attentive = {"attention"} if cell is ATTENTIVE else set()
    assert set(example) == {"inputs", "upright", "turned_inputs", "turned", "traversal"} | attentive
    assert example["inputs"].shape == example["upright"].shape == (6, SIDE, SIDE)
    assert example["turned_inputs"].shape == example["turned"].shape == (6, 3, SIDE, SIDE)
    assert example["traversal"].shape == (NET["latent"], 5, SIDE, SIDE)
    assert torch.allclose(example["traversal"][:, 2], example["upright"][:1].expand(4, -1, -1), atol=1e-6)
    assert not torch.allclose(example["traversal"][:, 1], example["traversal"][:, 3])
