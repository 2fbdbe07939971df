"""The task classify_images: its images, its recipe, its stages, and every measure of it."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from resuming import assert_goes_on_to_the_same_bytes
from safetensors.torch import load_file
from toy import TREE, measured_twice, randomised, refused, write_study
from toy_images import digits, digits_source

from equidyn.core import paths
from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import write
from equidyn.core.domain import find
from equidyn.core.measures import measure
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, Params
from equidyn.core.params.signatures import entries
from equidyn.core.training import train
from equidyn.core.training.task import dataset_of, task_of
from equidyn.domains.digits.measures import recognition
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.recipe import ClassifyImagesRecipe
from equidyn.domains.digits.tasks.classify_images.task import Samples, accuracy, cross_entropy

DIGIT, SIDE = 12, 28  # pixels per side of a toy digit, and of the paper in whose middle it lies
COUNTS = {"train": 60, "validation": 20, "test": 40}
NET = {"first": 2, "second": 3, "hidden": 8}
PLAIN, TURNED, STRICT = (Cell("marks", "digits", name, 1) for name in ("cnn", "cnn-aug", "gcnn"))
STUDY = {
    "domain": "digits",
    "seeds": [1],
    "source": digits_source(SIDE, COUNTS),
    "datasets": {"digits": {"origins": ["optdigits"]}},
    "task": {"kind": "classify_images"},
    "training": TREE["studies"]["toy"]["training"]
    | {"steps_per_epoch": 6, "batch_size": 10, "validation_samples": 20, "clip": 0.0, "schedule": "constant"},
    "variants": {
        "cnn": {"model": "digits_cnn", "options": NET, "augment": "none"},
        "cnn-aug": {"model": "digits_cnn", "options": NET, "augment": "c4"},
        "gcnn": {"model": "digits_gcnn", "options": NET, "augment": "none"},
    },
    "measures": {
        "recognition": {"at": ["best", "early"], "options": {}},
        "motions": {"at": ["best"], "options": {"samples": 20}},
        "layer_equivariance": {"at": ["best"], "options": {"samples": 20, "largest": 4}},
        "layer_lie": {"at": ["best"], "options": {"samples": 10}},
        "audit/sorting": {"at": ["best"], "options": {"samples": 20, "largest": 4}},
    },
}
TAKEN = (("EvaluationContext",), ("ClassifyImagesContext",))


def _images() -> Labelled:
    """Toy digits in the middle of paper."""
    small, edge = digits(DIGIT, COUNTS), (SIDE - DIGIT) // 2
    checks = small.attributes["checks"] | {"rms": {"train": small.unit * DIGIT / SIDE}}  # paper is 0
    inputs = np.pad(small.inputs, ((0, 0), (edge, edge), (edge, edge)))
    return replace(small, inputs=inputs, attributes=small.attributes | {"checks": checks})


@pytest.fixture
def params(workplace) -> Params:
    """Write params.yaml and the images in the working folder."""
    return _params()


def _params(**training: Any) -> Params:
    write(paths.dataset("marks", "digits"), _images())
    return write_study("marks", STUDY, **training)


def _lessons(params: Params, cell: Cell, seed: int = 1) -> ClassifyImagesRecipe:
    study = params.studies["marks"]
    task = task_of(study, dataset_of(study, paths.dataset("marks", "digits"), 1), torch.device("cpu"))
    return ClassifyImagesRecipe(task, study.variants[cell.variant], study.training, seed)


def _whole(recipe: ClassifyImagesRecipe, epoch: int) -> Samples:
    parts = list(recipe.batches(epoch))
    return Samples(*(torch.cat([getattr(part, name) for part in parts]) for name in ("inputs", "labels")))


def _keys(samples: Samples) -> list[tuple[float, int]]:
    """Each image by its ink, which no turn changes, with its label."""
    return [(round(ink, 4), label) for ink, label in zip(*_columns(samples), strict=True)]


def _columns(samples: Samples) -> tuple[list[float], list[int]]:
    return samples.inputs.double().sum((1, 2)).tolist(), samples.labels.tolist()


def test_images_are_in_units_of_the_training_pixels(params):
    task, stored = _lessons(params, PLAIN).task, _images()
    assert task.splits["train"].inputs.square().mean().sqrt().item() == pytest.approx(1, rel=1e-6)
    assert torch.allclose(task.splits["test"].inputs * task.unit, torch.from_numpy(stored.of("test")[0]))
    assert task.splits["validation"].labels.tolist() == stored.of("validation")[1].tolist()
    assert (task.inputs.side, task.outputs.count) == (SIDE, 10)


def test_a_sample_is_spread_over_its_split(params):
    task = _lessons(params, PLAIN).task
    test = task.splits["test"]
    assert torch.equal(task.sample("test", 4).inputs, test.inputs[[0, 10, 20, 30]])
    assert torch.equal(task.sample("test", 999).labels, test.labels)


def test_an_epoch_passes_over_the_training_images_by_seed_and_epoch_alone(params):
    recipe, again, other = (_lessons(params, PLAIN, seed) for seed in (1, 1, 2))
    first, stored = _whole(recipe, 1), recipe.task.splits["train"]
    assert [len(batch) for batch in recipe.batches(1)] == [10] * 6
    assert sorted(_keys(first)) == sorted(_keys(stored))
    assert torch.equal(first.inputs, _whole(again, 1).inputs)
    for elsewhere in (_whole(recipe, 2), _whole(other, 1)):
        assert not torch.equal(first.inputs, elsewhere.inputs)


def test_augmentation_turns_each_image_by_its_own_quarter_turn_and_nothing_else(params):
    plain, turned = (_whole(_lessons(params, cell), 1) for cell in (PLAIN, TURNED))
    assert torch.equal(plain.labels, turned.labels)
    found = [
        [turns for turns in range(4) if torch.equal(torch.rot90(before, -turns, dims=(-2, -1)), after)]
        for before, after in zip(plain.inputs, turned.inputs, strict=True)
    ]
    assert all(len(turns) == 1 for turns in found)
    assert {turns[0] for turns in found[:10]} == {0, 1, 2, 3}  # within one batch


def test_loss_and_accuracy_are_those_of_the_largest_logit():
    logits = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 5.0]])
    labels = torch.tensor([1, 1, 0, 2])
    assert accuracy(logits, labels).item() == 0.75
    assert cross_entropy(torch.zeros(5, 10), torch.arange(5)).item() == pytest.approx(np.log(10))
    by_hand = -(logits.double() - logits.double().exp().sum(1, keepdim=True).log())[torch.arange(4), labels].mean()
    assert cross_entropy(logits, labels).item() == pytest.approx(by_hand.item())


def test_answers_come_in_the_order_of_the_questions(params):
    """Also where they take more than one chunk."""
    task = _lessons(params, PLAIN).task
    network = randomised(build_network(params.studies["marks"], "cnn", task.inputs, task.outputs, 0))
    images = torch.cat([task.splits["train"].inputs] * 5)
    found = task.predictions(network, images)
    assert not found.requires_grad and torch.equal(found[:60], found[240:])
    assert torch.allclose(found[:60], network(images[:60]), atol=1e-5)


def test_training_learns_the_digits(workplace):
    params = _params(epochs=15, learning_rate=0.02, patience=15)
    train.run(params, PLAIN)
    history = pd.read_csv(paths.run(PLAIN) / "history.csv")
    assert {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"} <= set(history)
    assert history["validation_accuracy"].iloc[0] < 0.4
    assert history["validation_accuracy"].iloc[-1] > 0.8
    assert history["train_accuracy"].iloc[-1] > 0.8
    assert json.loads((paths.run(PLAIN) / "run.json").read_text())["score"] == "validation_loss"


@pytest.mark.parametrize("cell", [TURNED, STRICT], ids=str)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(params, monkeypatch, cell):
    assert_goes_on_to_the_same_bytes(params, cell, monkeypatch)


def test_stages_from_images_to_measures(params):
    train.run(params, STRICT)
    found = json.loads(measure.run(params, STRICT).read_text())
    best = found["checkpoints"]["best"]
    assert set(best) == set(STUDY["measures"]) and set(found["checkpoints"]["early"]) == {"recognition"}
    assert found["strict"]
    example = load_file(paths.run(STRICT) / "example.safetensors")
    assert example["logits"].shape == (40, 10) and example["labels"].shape == (40,)
    right = (example["logits"].argmax(1) == example["labels"]).float().mean().item()
    assert best["recognition"]["accuracy"] == pytest.approx(right)
    assert best["recognition"]["rotated"] == pytest.approx(right)  # of a strict net
    assert max(layer["ratio"] for layer in best["layer_equivariance"]["rotation"].values()) < 1e-4
    assert best["layer_equivariance"]["translation"]["conv2"]["whole"] < 1e-5
    assert best["layer_lie"]["rotation"]["conv1"] is None


def _subject(params: Params, variant: str) -> ClassifyImagesContext:
    task = _lessons(params, PLAIN).task
    network = build_network(params.studies["marks"], variant, task.inputs, task.outputs, 0).eval()
    history = ({"train_loss": None, "validation_loss": 2.3}, {"train_loss": 0.6, "validation_loss": 0.8})
    return ClassifyImagesContext(network, task, history=history)


@pytest.mark.parametrize("variant", ["cnn", "gcnn"])
@pytest.mark.parametrize(
    "name", [name for name, entry in entries(find("digits"), "measures").items() if entry.takes in TAKEN]
)
def test_every_measure_of_digits_gives_numbers_twice_the_same(params, name, variant):
    assert measured_twice("digits", name, lambda: _subject(params, variant))


def _bytes(image: torch.Tensor) -> bytes:
    return image.contiguous().numpy().tobytes()


def test_recognition_counts_right_answers(params, monkeypatch):
    """A net that names every upright digit, and none that is turned."""
    context = _subject(params, "cnn")
    seen = [context.task.splits[split] for split in ("train", "test")]
    known = {_bytes(image): label for part in seen for image, label in zip(part.inputs, part.labels, strict=True)}

    def forward(images: torch.Tensor) -> torch.Tensor:
        named = torch.tensor([known.get(_bytes(image), 0) for image in images])
        return 50.0 * torch.nn.functional.one_hot(named, 10)

    monkeypatch.setattr(context.network, "forward", forward)
    found = recognition.measure(context)
    assert found["accuracy"] == found["train_accuracy"] == 1
    assert max(found["loss"], found["train_loss"]) < 1e-6
    assert found["rotated"] == pytest.approx(0.1) == found["guess"]  # it calls them zeros; all digits are as frequent


WRONG = {
    "shuffled points": ("variants.cnn.augment", "permutations", "the task 'classify_images' has none, c4"),
    "a net of sets": ("variants.cnn.model", "mlp", "not one of the models of digits"),
    "a measure of sets": ("measures.invariance", {"at": ["best"], "options": {}}, "not one of the measures of digits"),
    "no shift": ("measures.motions.options.largest", 0, "greater than or equal to 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_named_before_any_job(workplace, case):
    key, value, words = WRONG[case]
    assert words in refused(STUDY, key, value)
