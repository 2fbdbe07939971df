"""Known answers of the sharpness, in float64, and of its published twin."""

import pytest
import torch
from toy import randomised, toy_dataset, toy_params

from equidyn.curvature import sharpness
from equidyn.curvature.audit import sharpness as published
from equidyn.curvature.directions import filter_normalised, mean_change, sphere_directions
from equidyn.curvature.landscape import Landscape
from equidyn.domains.smoke.audit.models import e2cnn as published_e2cnn
from equidyn.domains.smoke.models import cnn, gcnn, rgroup
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

FRAMES, VECTOR = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)
SIZE = 30


def _subject(network: torch.nn.Module, double: bool = False) -> RolloutContext:
    task = Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu"))
    if double:
        task.velocity, network = task.velocity.double(), network.double()
    return RolloutContext(network.eval(), task)


def _with_norm() -> torch.nn.Module:
    """A net whose running statistics are far from those of any batch."""
    network = randomised(gcnn.build(FRAMES, VECTOR, hidden=2, layers=3, norm="batch"))
    for norm in network.norms:
        norm.norm.running_mean.fill_(0.2)
        norm.norm.running_var.fill_(3.0)
    return network


@pytest.fixture
def quadratic():
    """L(w) = g . w + w . A w / 2 with A positive definite, in 30 dimensions."""
    generator = torch.Generator().manual_seed(1)
    root = torch.randn(SIZE, SIZE, generator=generator, dtype=torch.float64)
    slope = torch.randn(SIZE, generator=generator, dtype=torch.float64)
    matrix = root @ root.T

    def loss(point: torch.Tensor) -> float:
        return (slope @ point + point @ matrix @ point / 2).item()

    return loss, slope, matrix


@pytest.mark.parametrize("radius", [0.1, 1.0])
def test_each_direction_of_a_quadratic_is_exact(quadratic, radius):
    loss, slope, matrix = quadratic
    point = torch.linspace(-1, 1, SIZE, dtype=torch.float64)
    directions = sphere_directions(point, 4)
    expected = [radius * d @ (slope + matrix @ point) + radius**2 * d @ matrix @ d / 2 for d in directions]
    for direction, change in zip(directions, expected, strict=True):
        found = mean_change(loss, point, loss(point), direction[None], radius)
        assert found == pytest.approx(abs(change.item()), rel=1e-10)
    together = mean_change(loss, point, loss(point), directions, radius)
    assert together == pytest.approx(torch.stack(expected).abs().mean().item(), rel=1e-10)


def test_at_the_minimum_of_a_quadratic_it_is_the_trace(quadratic):
    """E |L(w + t d) - L(w)| = t^2 tr(A) / (2 n) there; within four standard errors of the mean over directions."""
    loss, slope, matrix = quadratic
    lowest = -torch.linalg.solve(matrix, slope)
    count, radius = 4000, 0.4
    directions = sphere_directions(lowest, count)
    changes = torch.stack([d @ matrix @ d for d in directions]) * radius**2 / 2
    expected = radius**2 * matrix.trace().item() / (2 * SIZE)
    found = mean_change(loss, lowest, loss(lowest), directions, radius)
    assert found == pytest.approx(expected, abs=4 * changes.std().item() / count**0.5)


def test_directions_are_uniform_on_the_unit_sphere():
    directions = sphere_directions(torch.zeros(SIZE, dtype=torch.float64), 20000)
    assert torch.allclose(directions.norm(dim=1), torch.ones(20000, dtype=torch.float64))
    assert directions.mean(0).abs().max() < 5 / (20000 * SIZE) ** 0.5
    covariance = directions.T @ directions / 20000
    assert torch.allclose(covariance, torch.eye(SIZE, dtype=torch.float64) / SIZE, atol=3e-3)


@pytest.mark.parametrize("build", [cnn.build, gcnn.build, rgroup.build])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_without_a_perturbation_it_is_exactly_zero(workplace, build, norm):
    network = randomised(build(FRAMES, VECTOR, hidden=2, layers=3, norm=norm))
    found = sharpness.measure(_subject(network))
    assert found["control"] == 0.0
    assert min(found["sphere"]) > 0 and min(found["adaptive"]) > 0
    assert len(found["sphere"]) == len(found["adaptive"]) == len(found["radii"])


def test_the_measure_is_its_definition(workplace):
    context = _subject(randomised(cnn.build(FRAMES, VECTOR, hidden=2, layers=3)), double=True)
    found = sharpness.measure(context, samples=3, directions=2, steps=2)
    windows = context.training_sample(3, 2)
    landscape = Landscape(context.network, context.task, windows)
    directions = sphere_directions(landscape.point, 2)
    with torch.no_grad():
        here = context.task.loss(context.network, windows).item()
        assert found["loss"] == pytest.approx(here, rel=1e-14)
        changes = torch.zeros(len(found["radii"]), 2, dtype=torch.float64)
        for place, radius in enumerate(found["radii"]):
            for column, direction in enumerate(directions):
                moved = cnn.build(FRAMES, VECTOR, hidden=2, layers=3).double()
                torch.nn.utils.vector_to_parameters(landscape.point + radius * direction, moved.parameters())
                changes[place, column] = (context.task.loss(moved, windows) - here).abs()
    assert found["sphere"] == pytest.approx(changes.mean(1).tolist(), rel=1e-9)
    assert found["sphere_mean"] == pytest.approx(changes.mean().item(), rel=1e-9)
    assert found["adaptive_mean"] == pytest.approx(sum(found["adaptive"]) / len(found["adaptive"]), rel=1e-12)


def test_filters_of_an_adaptive_direction_are_as_long_as_those_of_the_net(workplace):
    context = _subject(randomised(rgroup.build(FRAMES, VECTOR, hidden=2, layers=3)), double=True)
    landscape = Landscape(context.network, context.task, context.training_sample(2, 1))
    direction = filter_normalised(landscape, sphere_directions(landscape.point, 1)[0])
    for part, weight in zip(landscape.parts(direction).values(), context.network.parameters(), strict=True):
        expected = weight.flatten(1).norm(dim=1) if weight.dim() > 1 else torch.zeros(1, dtype=torch.float64)
        assert torch.allclose(part.flatten(1).norm(dim=1) if weight.dim() > 1 else part.norm()[None], expected)


def test_the_adaptive_form_does_not_see_a_change_of_scale(workplace):
    """A ReLU net with one layer times 8 and the next by 8 is the same map; on the sphere its sharpness differs."""
    network = randomised(cnn.build(FRAMES, VECTOR, hidden=2, layers=3)).double()
    before = sharpness.measure(_subject(network, double=True))
    with torch.no_grad():
        network.layers[0].kernel.weight.mul_(8)
        network.layers[0].bias.weight.mul_(8)
        network.layers[1].kernel.weight.div_(8)
    after = sharpness.measure(_subject(network, double=True))
    assert after["loss"] == pytest.approx(before["loss"], rel=1e-12)
    assert after["adaptive"] == pytest.approx(before["adaptive"], rel=1e-9)
    assert abs(after["sphere"][-1] / before["sphere"][-1] - 1) > 0.1


def test_published_control_is_the_difference_of_the_modes(workplace):
    """With one batch and one direction: the loss in train mode against that in eval mode, nothing perturbed."""
    context = _subject(_with_norm())
    windows = context.training_sample(6, 1)
    with torch.no_grad():
        still = context.task.loss(context.network, windows)
        twin = _with_norm().train()
        batch = context.task.loss(twin, windows)
    found = published.measure(context, windows=6, batch_size=6, directions=1)
    assert found["published_mean"] == pytest.approx(sum(found["published"]) / len(found["radii"]), rel=1e-12)
    assert found["control"] == pytest.approx(abs(batch - still).item(), rel=1e-5)
    assert found["control"] > 0.01
    assert found["published"][0] == pytest.approx(found["control"], rel=0.1)  # hardly perturbed, and as "sharp"


def test_published_control_of_a_net_without_batch_norm_is_zero(workplace):
    network = randomised(cnn.build(FRAMES, VECTOR, hidden=2, layers=3))
    found = published.measure(_subject(network))
    assert found["control"] == 0 and 0 < found["published"][0] < found["published"][-1]
    assert found["published"][-1] < 0.2 * sharpness.measure(_subject(network))["sphere"][-1]


def test_published_directions_have_length_n_to_the_minus_half():
    network = cnn.build(FRAMES, VECTOR, hidden=20)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        moved = published.perturbed(network, 1.0, generator)
    pairs = list(zip(moved.parameters(), network.parameters(), strict=True))
    count = sum(weight.numel() for _, weight in pairs)
    length = torch.cat([(one - other).flatten() for one, other in pairs]).norm()
    assert length.item() == pytest.approx(count**-0.5, rel=0.05)


@pytest.mark.parametrize(("build", "cached"), [(published_e2cnn.build, True), (gcnn.build, False)])
def test_published_perturbation_does_not_reach_the_filters_of_e2cnn(build, cached):
    network = build(FRAMES, VECTOR, hidden=2, layers=3)
    with torch.no_grad():
        moved = published.perturbed(network, 1.0, torch.Generator().manual_seed(0))
        pairs = zip(moved.filters(), network.filters(), strict=True)
        assert all(torch.equal(one[0], other[0]) == cached for one, other in pairs)


@pytest.mark.parametrize("entry", [sharpness, published])
def test_the_network_is_left_as_it_was(workplace, entry):
    context = _subject(_with_norm())
    before = {name: tensor.clone() for name, tensor in context.network.state_dict().items()}
    entry.measure(context)
    assert not any(module.training for module in context.network.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in context.network.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in context.network.parameters())
