"""The task classify_sets: its samples, its recipe, its stages, and what params.yaml may not ask of it."""

import json

import pandas as pd
import pytest
import torch
import yaml
from resuming import assert_goes_on_to_the_same_bytes
from safetensors.torch import load_file
from toy import measured_twice, refused
from toy_sets import FRESH, STATIC, STUDY, set_params, set_tree

from equidyn.core import paths
from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import read
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.measures import measure
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell, load
from equidyn.core.params.signatures import entries
from equidyn.core.training import train
from equidyn.core.training.task import task_of
from equidyn.domains.sets.tasks.classify_sets.context import ClassifySetsContext
from equidyn.domains.sets.tasks.classify_sets.recipe import ClassifySetsRecipe, shuffled
from equidyn.domains.sets.tasks.classify_sets.task import accuracy
from equidyn.domains.smoke.source.fields import Fields

TAKEN = (("EvaluationContext",), ("ClassifySetsContext",))


def _lessons(params, cell, seed=1):
    study = params.studies["sets"]
    task = task_of(study, read(paths.dataset("sets", cell.dataset), Labelled, seed), torch.device("cpu"))
    return ClassifySetsRecipe(task, study.variants[cell.variant], study.training, seed)


def _inputs(recipe, epoch):
    return torch.cat([batch.inputs for batch in recipe.batches(epoch)])


def test_a_static_epoch_passes_over_the_stored_samples(workplace):
    recipe = _lessons(set_params(), STATIC)
    stored = recipe.task.splits["train"].inputs
    first, second = _inputs(recipe, 1), _inputs(recipe, 2)
    assert torch.equal(first.flatten(1).sum(1).sort().values, stored.flatten(1).sum(1).sort().values)
    assert not torch.equal(first, second)
    assert torch.equal(first, _inputs(recipe, 1))


def test_a_fresh_epoch_has_new_samples_by_seed_and_epoch_alone(workplace):
    params = set_params()
    recipe, again, other = (_lessons(params, FRESH, seed) for seed in (1, 1, 2))
    stored, first = recipe.task.splits["train"].inputs, _inputs(recipe, 1)
    drawn = {tuple(row.tolist()) for row in first.flatten(1)}
    assert len(drawn) == len(stored) and drawn.isdisjoint({tuple(row.tolist()) for row in stored.flatten(1)})
    assert torch.equal(first, _inputs(again, 1))
    for elsewhere in (_inputs(recipe, 2), _inputs(other, 1)):
        assert drawn.isdisjoint({tuple(row.tolist()) for row in elsewhere.flatten(1)})


def test_augmentation_permutes_the_points_of_each_set_and_nothing_else(workplace):
    params = set_params()
    plain, augmented = _lessons(params, STATIC), _lessons(params, Cell("sets", "static", "mlp-aug", 1))
    before, after = _inputs(plain, 1), _inputs(augmented, 1)
    assert torch.equal(before.sort(dim=1).values, after.sort(dim=1).values)
    assert not torch.equal(before, after)


def test_all_orders_are_drawn_alike():
    sets = torch.arange(3.0)[None, :, None].expand(6000, 3, 1)
    orders = shuffled(sets, torch.Generator().manual_seed(0))[..., 0].unique(dim=0, return_counts=True)[1]
    assert len(orders) == 6 and ((orders - 1000).abs() < 150).all()  # five standard deviations


def test_accuracy_counts_sides_of_zero():
    assert accuracy(torch.tensor([[1.0], [-1.0], [2.0], [0.0]]), torch.tensor([1.0, 0.0, 0.0, 0.0])).item() == 0.75


@pytest.mark.parametrize("cell", [STATIC, FRESH], ids=str)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(workplace, monkeypatch, cell):
    assert_goes_on_to_the_same_bytes(set_params(), cell, monkeypatch)


def test_stages_from_sets_to_measures(workplace):
    params = set_params(epochs=3)
    train.run(params, STATIC)
    history = pd.read_csv(paths.run(STATIC) / "history.csv")
    assert history["validation_accuracy"].between(0, 1).all() and history["train_loss"].iloc[1:].notna().all()
    measure.run(params, STATIC)
    found = json.loads((paths.run(STATIC) / "measures.json").read_text())
    best = found["checkpoints"]["best"]
    assert set(best) == set(STUDY["measures"]) and set(found["checkpoints"]["early"]) == {"accuracy"}
    example = load_file(paths.run(STATIC) / "example.safetensors")
    right = ((example["logits"] > 0) == (example["labels"] > 0.5)).float().mean().item()
    assert best["accuracy"]["accuracy"] == pytest.approx(right)
    assert best["overfitting"]["gap"] == pytest.approx(
        history["validation_loss"].iloc[-1] - history["train_loss"].iloc[-1]
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The study, and its task on the static set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("sets"))
        study = set_params().studies["sets"]
        return study, task_of(study, read(paths.dataset("sets", "static"), Labelled, 1), torch.device("cpu"))


@pytest.mark.parametrize("variant", ["mlp-canonical", "mlp-sampled", "variance-net"])
@pytest.mark.parametrize(
    "name", [name for name, entry in entries(find("sets"), "measures").items() if entry.takes in TAKEN]
)
def test_every_measure_of_sets_gives_numbers_twice_the_same(prepared, name, variant):
    study, task = prepared
    network = build_network(study, variant, task.inputs, task.outputs, 0).eval()
    history = ({"train_loss": None, "validation_loss": 0.7}, {"train_loss": 0.6, "validation_loss": 0.8})
    assert measured_twice("sets", name, lambda: ClassifySetsContext(network, task, history=history))


def test_equal_variances_can_be_studied(workplace):
    tree = set_tree(epochs=1, early_epoch=1)
    tree["studies"]["sets"]["source"]["spreads"] = [1.0, 1.0]
    (workplace / "params.yaml").write_text(yaml.safe_dump(tree))
    params = load()
    from equidyn.core.data import prepare

    prepare.run(params, "sets", "static")
    assert "no rule" in read(paths.dataset("sets", "static"), Labelled).attributes["checks"]["classes"]
    train.run(params, STATIC)
    measure.run(params, STATIC)
    found = json.loads((paths.run(STATIC) / "measures.json").read_text())["checkpoints"]["best"]["accuracy"]
    assert found["bayes"] == 0.5


def test_a_dataset_of_another_kind_is_refused(workplace):
    set_params()
    with pytest.raises(EquidynError, match="equidyn-labelled-2"):
        read(paths.dataset("sets", "static"), Fields)


WRONG = {
    "no points": ("source.points", 0, "source.points = 0: should be greater than or equal to 1"),
    "no dimensions": ("source.dimensions", 0, "source.dimensions = 0: should be greater than or equal to 1"),
    "a planar model": (
        "variants.mlp",
        {"model": "cnn", "options": {"hidden": 2}, "augment": "none"},
        "not one of the models of sets",
    ),
    "turned sets": ("variants.mlp.augment", "c4", "augment = 'c4': the task 'classify_sets' has none, permutations"),
    "a planar measure": ("measures.error", {"at": ["best"], "options": {}}, "not one of the measures of sets"),
    "no permutation": (
        "variants.mlp.impose",
        {"by": "symmetrized", "options": {"group": "generated", "generators": [[0, 0, 1, 2]]}},
        "is no permutation of 0..3",
    ),
    "other points": (
        "variants.mlp.impose",
        {"by": "symmetrized", "options": {"group": "generated", "generators": [[1, 0]]}},
        "they permute 2 points; the sets have 4",
    ),
    "no generators": (
        "variants.mlp.impose",
        {"by": "symmetrized", "options": {"group": "generated"}},
        "generators: needed with group: generated",
    ),
    "unknown way": ("variants.mlp.impose", {"by": "magic"}, "impose.by = 'magic': not one of"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_named_before_any_job(workplace, case):
    key, value, words = WRONG[case]
    assert words in refused(STUDY, key, value)


def test_a_group_too_large_to_average_over_is_named_with_its_order_and_the_bound(workplace):
    tree = set_tree()
    tree["studies"]["sets"]["source"]["points"] = 10
    tree["studies"]["sets"]["variants"]["mlp"]["impose"] = {"by": "symmetrized", "options": {"group": "symmetric"}}
    (workplace / "params.yaml").write_text(yaml.safe_dump(tree))
    with pytest.raises(EquidynError, match=r"S_10 has 3,628,800 elements, and at most 1,000"):
        load()
