"""Treatments: known values of their terms; that strict nets feel none, and every weight of plain ones does; refusals.

In the plane over two steps of a rollout, and in a box; in float64 where it is exactness that counts.
"""

import json
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from machines import wide
from toy import TREE, refused, toy_dataset
from toy_sets import STUDY as SETS
from toy_variants import CONSISTENT, TREATMENTS, params_with_all
from toy_volumes import STUDY, volume_params

from equidyn.core import paths
from equidyn.core.errors import EquidynError
from equidyn.core.models import check
from equidyn.core.models.registry import build_network
from equidyn.core.params import Cell
from equidyn.core.params.variant import Variant
from equidyn.core.training import train
from equidyn.core.training.loop import Trainer
from equidyn.core.training.task import dataset_of, recipe_of, task_of
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.grids.task import GridBatch, turned
from equidyn.grids.treatments import consistency, latent, remul
from equidyn.grids.treatments.consistency import broken_symmetry
from equidyn.grids.treatments.gradual import balanced
from equidyn.grids.treatments.treated import Treated
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

PLAIN = Cell("toy", "sym", "cnn", 1)
CPU = torch.device("cpu")
DOMAINS = ("plane", "box")
OF_DOMAIN = {  # study; a plain and a strict variant, each with channels for a regular field in its last hidden layer
    "plane": (TREE["studies"]["toy"], "cnn", "gcnn", {"hidden": 4, "layers": 3}),
    "box": (STUDY, "cnn", "gcnn", {"hidden": [3, 24]}),
}


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
def params(workplace):
    return params_with_all()


@pytest.fixture
def study(params):
    return params.studies["toy"]


@pytest.fixture
def task(study):
    return Rollout(study.task, toy_dataset(), CPU)


def _lesson(domain: str, by: str, kind: str = "plain", **options) -> tuple[Treated, torch.nn.Module, GridBatch]:
    """A treated recipe, a network and samples, in float64."""
    params = params_with_all() if domain == "plane" else volume_params()
    ((name, study),) = params.studies.items()
    model = OF_DOMAIN[domain][1 if kind == "plain" else 2]
    hidden = OF_DOMAIN[domain][3] if kind == "plain" else {"hidden": 2 if domain == "plane" else [1, 1]}
    wanted = {"by": by, "options": TREATMENTS[by] | options}
    variant = Variant(model=model, options=hidden, augment="none", treatment=wanted)
    study = study.model_copy(update={"variants": {"it": variant}})
    task = task_of(study, dataset_of(study, paths.dataset(name, next(iter(study.datasets))), 1), CPU)
    network = build_network(study, "it", task.inputs, task.outputs, seed=0).double()
    recipe = recipe_of(study, task, variant, study.training, 1)
    return recipe, network, wide(task.sample("train", 4, study.task.steps and 2), torch.float64)


def _elements(recipe: Treated, count: int, first: int) -> torch.Tensor:
    """As many as there are samples: the same for all if the treatment takes it so, else different ones."""
    steps = 0 if isinstance(recipe, consistency.Consistency) else torch.arange(count)
    return (first + steps * torch.ones(count, dtype=torch.long)) % recipe.order


@pytest.mark.parametrize(("turns", "expected"), [(1, 5.0), (2, 10.0), (3, 5.0)])
def test_the_broken_symmetry_of_a_constant_wind(task, turns, expected):
    """g^-1 w for w = (1, 2) is (2, -1), (-1, -2), (-2, 1); the mean square over the two components."""
    samples, network = task.sample("train", 5, 1), Wind(1.0, 2.0)
    found = broken_symmetry(task, network, samples, task.answers(network, samples), turns)
    assert found.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("by", TREATMENTS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_strict_nets_feel_no_treatment_and_plain_ones_do(workplace, domain, by):
    """The term is 0, or, where it is a loss on turned samples, that on the samples as they lie."""
    for kind in ("strict", "plain"):
        recipe, network, samples = _lesson(domain, by, kind)
        for first in (1, recipe.order // 2, recipe.order - 1):
            _, loss, term = recipe.terms(network, samples, _elements(recipe, len(samples), first))
            gap = abs(term - loss) / loss if by == "remul" else term.sqrt()
            assert gap <= 1e-12 if kind == "strict" else gap > 1e-4


@pytest.mark.parametrize("by", TREATMENTS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_gradients_are_those_of_differences_and_reach_every_weight(workplace, domain, by):
    recipe, network, samples = _lesson(domain, by)
    weights = list(network.parameters())
    elements = _elements(recipe, len(samples), 1)
    slopes = torch.autograd.grad(recipe.terms(network, samples, elements)[0], weights)
    felt = torch.autograd.grad(recipe.terms(network, samples, elements)[2], weights, allow_unused=True)
    behind = {id(weight) for weight in network.layers[-1].parameters()} if by == "latent" else set()
    assert all(id(weight) in behind or slope.abs().sum() > 0 for weight, slope in zip(weights, felt, strict=True))
    draws = torch.Generator().manual_seed(0)
    way = [torch.randn(weight.shape, generator=draws, dtype=weight.dtype) for weight in weights]
    ends = []
    for step in (1e-9, -2e-9):
        with torch.no_grad():
            for weight, direction in zip(weights, way, strict=True):
                weight.add_(direction, alpha=step)
            ends.append(recipe.terms(network, samples, elements)[0].item())
    expected = sum((slope * direction).sum().item() for slope, direction in zip(slopes, way, strict=True))
    assert (ends[0] - ends[1]) / 2e-9 == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("domain", DOMAINS)
def test_remul_with_equal_weights_is_the_loss_on_the_batch_and_its_turned_copy(workplace, domain):
    recipe, network, samples = _lesson(domain, "remul", weight=1.0)
    elements = _elements(recipe, len(samples), 1)
    copy = samples.turned(elements, recipe.task.inputs, recipe.task.outputs)
    both = type(samples)(
        torch.cat([samples.inputs, copy.inputs]), torch.cat([samples.targets, copy.targets], dim=samples.axis)
    )
    total, *halves = recipe.terms(network, samples, elements)
    assert total.item() == pytest.approx(2 * recipe.task.loss(network, both).item(), rel=1e-12)
    halved = remul.treat(recipe.recipe, weight=0.5).terms(network, samples, elements)[0].item()
    assert halved == pytest.approx(halves[0].item() + 0.5 * halves[1].item(), rel=1e-12)


def test_gradual_weights_by_hand():
    """Norms 1 and 3, the second loss further behind, but not by so much: a rises, b falls, and their sum stays 2."""
    weights, norms, progress = (torch.tensor(pair, dtype=torch.float64) for pair in ([0.5, 1.5], [1, 3], [0.9, 1.1]))
    targets = [2 * 0.9**1.5, 2 * 1.1**1.5]
    assert targets[0] > 1 and targets[1] < 3
    moved = [0.5 + 0.025 * 1 / 0.5, 1.5 - 0.025 * 3 / 1.5]
    assert balanced(weights, norms, progress).tolist() == pytest.approx([2 * one / sum(moved) for one in moved])
    floored = balanced(torch.tensor([1.998, 0.002]), torch.tensor([1.0, 3.0]), torch.ones(2))
    assert floored.tolist() == pytest.approx([2 * 2.0105125 / 2.0115125, 2e-3 / 2.0115125], rel=1e-4)


@pytest.mark.parametrize("domain", DOMAINS)
def test_gradual_weights_see_each_loss_at_the_last_layer(workplace, domain):
    """What a backward pass leaves are the norms of the gradients of both losses, each taken alone, weighted."""
    recipe, network, samples = _lesson(domain, "remul", weight=3.0, gradual=True)
    elements = _elements(recipe, len(samples), 1)
    assert recipe.memory["weights"].tolist() == [0.5, 1.5]
    recipe.terms(network, samples, elements)[0].backward()
    last = [weight for weight in network.layers[-1].parameters() if weight.dim() > 1]
    expected = []
    for place, factor in ((1, 0.5), (2, 1.5)):
        with torch.enable_grad():
            alone = remul.treat(recipe.recipe, weight=1.0, gradual=True).terms(network, samples, elements)[place]
        slopes = torch.autograd.grad(alone, last)
        expected.append(factor**2 * sum(slope.square().sum().item() for slope in slopes))
    assert recipe.memory["squares"].tolist() == pytest.approx(expected, rel=1e-9)
    assert all(isinstance(weight, torch.nn.Parameter) for weight in network.parameters())
    recipe.terms(network, samples, elements)
    assert recipe.memory["weights"].tolist() != [0.5, 1.5] and recipe.memory["weights"].sum().item() == pytest.approx(2)


def test_latent_without_weight_is_augmentation_of_the_first_step(workplace):
    """By hand: half of the first step's error is that on the turned windows."""
    recipe, network, windows = _lesson("plane", "latent", weight=0.0)
    task, elements = recipe.task, torch.tensor([1, 2, 3, 0])
    errors = (task.answers(network, windows) - windows.targets).square().mean((1, 2, 3, 4))
    copy = windows.turned(elements, task.inputs, task.outputs)
    other = (task.unroll(network, copy.inputs, 1)[0] - copy.targets[0]).square().mean()
    total, loss, _ = recipe.terms(network, windows, elements)
    assert loss.item() == pytest.approx(errors.sum().item(), rel=1e-12)
    assert total.item() == pytest.approx((errors[1] + (errors[0] + other) / 2).item(), rel=1e-12)


@pytest.mark.parametrize("action", ["trivial", "regular"])
def test_the_action_on_a_hidden_layer_by_hand(workplace, action):
    """Nine channels: two regular fields of C4, and one that is left over."""
    recipe, hidden = _lesson("plane", "latent", action=action)[0], torch.randn(3, 9, 5, 5)
    found = recipe._moved(hidden, torch.tensor([0, 1, 3])).numpy()
    for sample, turns in enumerate((0, 1, 3)):
        wanted = np.rot90(hidden[sample].numpy(), -turns, axes=(1, 2))
        if action == "regular":
            wanted = np.concatenate(
                [np.roll(wanted[:8].reshape(2, 4, 5, 5), turns, axis=1).reshape(8, 5, 5), wanted[8:]]
            )
        assert np.array_equal(found[sample], wanted)


def test_samples_are_turned_each_by_its_own_element_with_gradients():
    fields, kind = torch.randn(2, 5, 3, 4, 4, requires_grad=True), FieldType(C4, "scalar", 3)
    elements = torch.tensor([3, 0, 3, 1, 2])
    found = turned(fields, elements, kind)
    for sample, element in enumerate(elements.tolist()):
        assert torch.equal(found[:, sample], kind.act(fields[:, sample], element))
    (found * torch.arange(5.0)[:, None, None, None]).sum().backward()
    assert torch.equal(fields.grad[0, :, 0, 0, 0], torch.arange(5.0))


def test_elements_are_drawn_by_seed_and_epoch_alone(study, task):
    training = study.training.model_copy(update={"steps_per_epoch": 40})

    def drawn(by: str, epoch: int, seed: int = 1) -> torch.Tensor:
        recipe = recipe_of(study, task, study.variants[by], training, seed)
        return torch.stack([elements for _, elements in recipe.batches(epoch)])

    for by in TREATMENTS:
        first = drawn(by, 1)
        assert torch.equal(first, drawn(by, 1))
        assert not torch.equal(first, drawn(by, 2)) and not torch.equal(first, drawn(by, 1, seed=2))
        same = (first == first[:, :1]).all()
        assert same if by == "consistency" else not same
        assert set(first.unique().tolist()) == ({1, 2, 3} if by == "consistency" else {0, 1, 2, 3})
        windows = [batch[0] for batch in recipe_of(study, task, study.variants[by], training, 1).batches(1)]
        assert all(map(torch.equal, windows, recipe_of(study, task, study.variants["cnn"], training, 1).batches(1)))


@pytest.mark.parametrize("by", TREATMENTS)
def test_the_update_is_that_of_the_loss_with_the_weighted_term(study, task, by):
    """One step by the loop and by hand."""
    training, gradients = study.training.model_copy(update={"clip": 0.0}), []
    for by_hand in (True, False):
        network = build_network(study, by, task.inputs, task.outputs, seed=0)
        recipe = recipe_of(study, task, study.variants[by], training, 1)
        trainer = Trainer(network, recipe, training, seed=1, device=CPU, precision="fp32")
        batch, elements = next(iter(recipe.batches(1)))
        if by_hand:
            total, *values = recipe.terms(network, task.windows(batch[:, :2], 2), elements)
            total.backward()
        else:
            assert trainer._step((batch, elements), 0.01).tolist() == pytest.approx([one.item() for one in values])
        gradients.append([parameter.grad for parameter in network.parameters()])
    for first, second in zip(*gradients, strict=True):
        assert torch.allclose(first, second, rtol=1e-4, atol=1e-7)


def _trained(params, cell):
    train.run(params, cell)
    run = json.loads((paths.run(cell) / "run.json").read_text())
    return run, pd.read_csv(paths.run(cell) / "history.csv")


def test_consistency_lowers_the_broken_symmetry_that_a_plain_net_learns(workplace):
    params = params_with_all(epochs=8, steps_per_epoch=10, early_epoch=2)
    plain, consistent = (_trained(params, cell) for cell in (PLAIN, CONSISTENT))
    assert plain[0]["parameters"] == consistent[0]["parameters"]
    variances = [history["validation_variance"].iloc[-1] for _, history in (plain, consistent)]
    assert variances[1] < 0.5 * variances[0]


def test_the_history_has_the_unweighted_term_where_there_is_a_treatment(params):
    plain, consistent = (_trained(params, cell)[1] for cell in (PLAIN, CONSISTENT))
    assert "treatment" not in plain
    taken = consistent["treatment"]
    assert taken.isna().tolist() == [True, False, False, False, False]
    assert (taken.dropna() > 1e-4).all() and (taken.dropna() < 10).all()


def _with(study: dict, by: str, **options) -> dict:
    wanted = {"treatment": {"by": by, "options": options}}
    return study | {"variants": {name: variant | wanted for name, variant in study["variants"].items()}}


REFUSED = {
    "unknown": ({"by": "latnet", "options": {}}, "not one of the treatments of smoke: consistency, latent, remul"),
    "no weight": ({"by": "remul", "options": {}}, "variants.cnn.treatment.options.weight: required, but missing"),
    "negative": ({"by": "remul", "options": {"weight": -1.0}}, "variants.cnn.treatment.options.weight"),
    "another option": ({"by": "consistency", "options": {"weight": 1.0, "wieght": 1.0}}, "'wieght'"),
    "no such action": ({"by": "latent", "options": {"weight": 1.0, "action": "vector"}}, "options.action"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_treatment_cannot_be_is_said_before_any_job(workplace, case):
    wanted, words = REFUSED[case]
    assert words in refused(TREE["studies"]["toy"], "variants.cnn.treatment", wanted)


def test_treatments_of_other_tasks_and_of_nets_without_a_hidden_layer_are_refused(workplace):
    wanted = {"by": "latent", "options": {"weight": 1.0}}

    name = next(iter(SETS["variants"]))
    assert "not a treatment for the task 'classify_sets'" in refused(SETS, f"variants.{name}.treatment", wanted)
    for study, variant in ((TREE["studies"]["toy"], "cnn"), (STUDY, "trilinear")):
        entry = study["variants"][variant] | {"treatment": wanted}
        shallow = entry | {"options": entry["options"] | ({"layers": 1} if variant == "cnn" else {})}
        words = f"variants.{variant}.treatment.by = 'latent': needs a model with hidden layers"
        assert words in refused(study, f"variants.{variant}", shallow)


@pytest.mark.parametrize("by", ["check", "train"])
def test_what_shows_only_with_the_network_is_refused_with_its_key(params, by):
    """A network too narrow for a regular field; one wide enough, or left to the trivial action, is not."""
    study, words = params.studies["toy"], r"variants\.latent\.treatment\.options\.action = 'regular': needs 4 channels"
    for width, action, fits in ((3, "regular", False), (4, "regular", True), (3, "trivial", True)):
        treatment = {"by": "latent", "options": {"weight": 1.0, "action": action}}
        variant = Variant(model="cnn", options={"hidden": width, "layers": 3}, augment="none", treatment=treatment)
        twins = {"cnn": variant.model_copy(update={"treatment": None}), "latent": variant}
        other = params.model_copy(update={"studies": {"toy": study.model_copy(update={"variants": twins})}})
        with nullcontext() if fits else pytest.raises(EquidynError, match=words):
            check.run(other) if by == "check" else train.run(other, Cell("toy", "sym", "latent", 1))


def test_a_network_of_ones_own_without_a_hidden_layer_and_a_group_of_one_element_are_refused():
    with pytest.raises(ValueError, match="by = 'latent': the network has no hidden layer"):
        latent.suits(Wind(1.0, 2.0), FieldType(C4, "vector", 1), weight=1.0, action="trivial")
    alone = SimpleNamespace(task=SimpleNamespace(inputs=SimpleNamespace(order=1)), score="")
    for treatment in (consistency, remul, latent):
        with pytest.raises(ValueError, match="has one element"):
            treatment.treat(alone, weight=1.0)
