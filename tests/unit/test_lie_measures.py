"""The Lie derivative of networks, and the published measures of equivariance that belong to it."""

import math
from itertools import product

import pytest
import torch
from torch import nn
from toy import randomised, toy_dataset, toy_params

from equidyn.curvature.audit.train_mode import train_mode
from equidyn.domains.smoke.audit.measures import equivariance as published_equivariance
from equidyn.domains.smoke.audit.measures import lie as published_lie
from equidyn.domains.smoke.audit.measures.equivariance import batch_errors, turned
from equidyn.domains.smoke.audit.measures.pixels import pixel_lie_derivative
from equidyn.domains.smoke.measures import lie
from equidyn.domains.smoke.measures.lie import lie_derivative
from equidyn.domains.smoke.models import cnn, gcnn
from equidyn.domains.smoke.tasks.rollout.context import RolloutContext
from equidyn.domains.smoke.tasks.rollout.task import Rollout
from equidyn.symmetry.directional import directional
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.generator import rotation_generator
from equidyn.symmetry.groups import C4

FRAMES, VECTOR = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)


class Pointwise(nn.Module):
    """A network that answers with a function of the last frame."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def filters(self) -> None:
        """It has none."""

    def forward(self, field: torch.Tensor, filters: None) -> torch.Tensor:
        """Map (batch, frames * 2, y, x) to (batch, 2, y, x)."""
        return self.function(field[:, -2:])


def _subject(network: nn.Module) -> RolloutContext:
    return RolloutContext(network.eval(), Rollout(toy_params().studies["toy"].task, toy_dataset(), torch.device("cpu")))


def _of_function(function) -> RolloutContext:
    """The context of a plain function, in float64 and not residual."""
    context = _subject(Pointwise(function))
    context.task.settings = context.task.settings.model_copy(update={"residual": False})
    context.task.velocity = context.task.velocity.double()
    return context


def _batch_normed() -> nn.Module:
    network = randomised(gcnn.build(FRAMES, VECTOR, hidden=3, layers=3, norm="batch"))
    for norm in network.norms:  # statistics far from those of the data
        norm.norm.running_mean.fill_(0.2)
        norm.norm.running_var.fill_(3.0)
    return network


def _by_two_backward_passes(function, point: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """J_f(point) [direction] as the published code computes it."""
    point = point.detach().requires_grad_()
    answer = function(point)
    weights = torch.ones_like(answer, requires_grad=True)
    (backward,) = torch.autograd.grad(answer, point, weights, create_graph=True)
    return torch.autograd.grad(backward, weights, direction)[0]


def _noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("train", [False, True])
def test_one_forward_pass_gives_the_jacobian_of_a_net(norm, train):
    """Also through batch norm, with the statistics of the batch as part of the map."""
    network = randomised(cnn.build(FRAMES, VECTOR, hidden=5, layers=3, norm=norm)).double().train(train)
    point, direction = _noise(3, 4, 9, 9), _noise(3, 4, 9, 9).flip(0)
    answer, change = directional(network, point, direction)
    expected = _by_two_backward_passes(network, point, direction)
    assert not answer.requires_grad and torch.allclose(answer, network(point), atol=1e-12)
    assert (change - expected).abs().max() < 1e-12 * expected.abs().max()


def _pixels_rotated(image: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Pixels turned by `angle`, bilinear, mirrored at the walls, through coordinates in [-1, 1] as published."""
    last = image.shape[-1] - 1
    x = torch.linspace(-1, 1, last + 1, dtype=image.dtype)
    y, cosine, sine = x[:, None], angle.cos(), angle.sin()
    places = [(cosine * y - sine * x + 1) / 2 * last, (cosine * x + sine * y + 1) / 2 * last]
    total = torch.zeros_like(image)
    for corner in product((0, 1), repeat=2):
        index, weight = [], torch.ones_like(places[0])
        for place, beyond in zip(places, corner, strict=True):
            low = place.detach().floor()
            weight = weight * (place - low if beyond else low + 1 - place)
            index.append((last - (last - (low + beyond).abs()).abs()).long())
        total = total + weight * image[..., index[0], index[1]]
    return total


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_this_rotation_turns_counter_clockwise(turns):
    image = _noise(2, 3, 7, 7)
    rotated = _pixels_rotated(image, torch.tensor(turns * math.pi / 2, dtype=torch.float64))
    assert (rotated - FieldType(C4, "scalar", 3).act(image, turns)).abs().max() < 1e-13


@pytest.mark.parametrize(("dtype", "side", "tolerance"), [(torch.float64, 16, 1e-12), (torch.float32, 64, 1e-5)])
def test_published_derivative_is_that_of_two_backward_passes(dtype, side, tolerance):
    """Through net and interpolation, at sides where round-off takes differences to the left and to the right."""
    network = randomised(cnn.build(VECTOR, VECTOR, hidden=5, layers=3, norm="batch")).to(dtype)
    fields, zero = _noise(3, 2, side, side).to(dtype), torch.zeros((), dtype=dtype)

    def there_and_back(angle: torch.Tensor) -> torch.Tensor:
        return _pixels_rotated(network(_pixels_rotated(fields, angle)), -angle)

    expected = _by_two_backward_passes(there_and_back, zero, torch.ones_like(zero))
    gap = pixel_lie_derivative(network, fields) - expected
    assert gap.abs().max() < tolerance * expected.abs().max()


def test_numbers_of_a_map_with_a_known_derivative(workplace):
    """f(vx, vy) = (3 vx, vy): Lf = -2 (vy, vx)."""
    context = _of_function(lambda last: last * torch.tensor([3.0, 1.0]).double()[:, None, None])
    last = context.sample(16, 1).inputs[:, -2:]
    norms = [_rms(field) for field in last]
    sizes = [_rms(field * torch.tensor([3.0, 1.0])[:, None, None]) for field in last]
    found = lie.measure(context)
    assert len(last) == 16
    assert found["absolute"] == pytest.approx(2 * sum(norms) / 16, rel=1e-12)
    assert found["relative"] == pytest.approx(2 * sum(norms) / sum(sizes), rel=1e-12)
    assert published_lie.measure(context)["published"] < 1e-11  # components do not turn, so it sees nothing


def _rms(field: torch.Tensor) -> float:
    return field.square().mean().sqrt().item()


def test_the_last_frame_of_a_residual_task_drops_out(workplace):
    """A net that answers 0 forecasts that nothing changes, which commutes with rotations."""
    context = _subject(Pointwise(torch.zeros_like))
    assert lie.measure(context)["relative"] < 1e-5
    assert _rms(context.sample(1, 1).inputs) > 0.5


def test_ours_does_not_depend_on_the_batch_and_the_published_one_does(workplace):
    network = randomised(cnn.build(FRAMES, VECTOR, hidden=4, layers=3)).double()
    context = _subject(network)
    context.task.velocity = context.task.velocity.double()
    fields = context.sample(8, 1).inputs
    whole = lie_derivative(network, fields, FRAMES, VECTOR)[1]
    alone = torch.cat([lie_derivative(network, field[None], FRAMES, VECTOR)[1] for field in fields])
    assert (whole - alone).abs().max() < 1e-12
    twos, fours = (published_lie.measure(context, windows=8, batch_size=size)["published"] for size in (2, 4))
    assert twos == pytest.approx(2 * fours, rel=1e-12)


def test_a_strict_c4_net_breaks_other_rotations(workplace):
    """What the measure adds to equivariance error: a gcnn commutes with quarter turns and no others."""
    assert lie.measure(_subject(randomised(gcnn.build(FRAMES, VECTOR, hidden=2, layers=3))))["relative"] > 0.01


@pytest.mark.parametrize("module", [lie, published_lie, published_equivariance], ids=lambda module: module.__name__)
def test_the_network_is_left_as_it_was(workplace, module):
    network = _batch_normed()
    context = _subject(network)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    found = module.measure(context)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert not network.training and not any(part.training for part in network.modules())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in network.parameters())
    assert module.measure(context) == found


def test_published_measures_use_the_statistics_of_the_batch(workplace):
    """Running statistics that are off change ours, not theirs."""
    network = _batch_normed()
    context = _subject(network)
    measures = (lie.measure, published_lie.measure, published_equivariance.measure)
    before = [measure(context) for measure in measures]
    for norm in network.norms:
        norm.norm.running_var.fill_(30.0)
    after = [measure(context) for measure in measures]
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_train_mode_ends_also_when_a_measure_fails():
    network = _batch_normed().eval()
    before = network.norms[0].norm.running_mean.clone()
    with pytest.raises(KeyError), train_mode(network):
        network(torch.randn(4, 4, 8, 8))
        raise KeyError
    assert not network.training and torch.equal(network.norms[0].norm.running_mean, before)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_bilinear_turns_by_right_angles_are_turns(turns):
    """With the picture; and against it, the inverse turn with the sign of the vectors changed (at 180 unchanged)."""
    field, angle = _noise(2, 4, 10, 10), turns * math.pi / 2
    assert (turned(field, angle, angle) - FRAMES.act(field, turns)).abs().max() < 1e-13
    sign = 1 if turns == 2 else -1
    assert (turned(field, angle, -angle) - sign * FRAMES.act(field, FRAMES.inverse(turns))).abs().max() < 1e-13


def _advection(field: torch.Tensor) -> torch.Tensor:
    """(v . grad) v: equivariant, and the same for -v."""
    slope_y, slope_x = torch.gradient(field, dim=(-2, -1), edge_order=2)
    return field[:, :1] * slope_x + field[:, 1:] * slope_y


def test_an_even_map_is_broken_by_four_thirds_of_its_size_under_the_opposite_sign(workplace):
    """f(-g v) = g f(v), but -g f(v) is asked for at 90 and 270 degrees: errors of 2 |f(v)|, 0 and 2 |f(v)|."""
    context = _of_function(_advection)
    size = _advection(context.sample(40, 1).inputs[:, -2:]).abs().mean().item()
    found = published_equivariance.measure(context, batch_size=40)
    assert found["opposite"] == pytest.approx(size * 4 / 3, rel=1e-9)
    assert found["published"] < 1e-13


def test_a_linear_map_is_equivariant_under_both_signs(workplace):
    found = published_equivariance.measure(_of_function(lambda last: torch.cat([-last[:, 1:], last[:, :1]], dim=1)))
    assert max(found.values()) < 1e-12


def test_a_wind_breaks_the_published_equivariance_by_its_size(workplace):
    """f(v) = v + (1, 0): f(g v) - g f(v) = (1, 0) - g (1, 0) = (1, -1), (2, 0), (1, 1): 1 per component, either way."""
    found = published_equivariance.measure(_of_function(lambda last: last + torch.tensor([1.0, 0.0])[:, None, None]))
    assert found == pytest.approx({"published": 1.0, "opposite": 1.0}, rel=1e-12)


def test_strict_nets_have_round_off_under_their_own_action_and_not_under_the_opposite(workplace):
    found = published_equivariance.measure(_subject(_batch_normed()))
    assert found["published"] < 1e-5
    assert found["opposite"] > 1e-2


def test_the_published_number_is_that_of_the_mirrored_net_under_the_opposite_action(workplace):
    """The nets of the published study are S f S, with S = diag(1, -1), on data S v."""
    network = randomised(cnn.build(FRAMES, VECTOR, hidden=4, layers=3)).double()
    mirror = torch.tensor([1.0, -1.0]).double()[:, None, None]
    ours = _of_function(lambda last: network(last.repeat(1, 2, 1, 1)))
    theirs = _of_function(lambda last: mirror * network((mirror * last).repeat(1, 2, 1, 1)))
    theirs.task.velocity = theirs.task.velocity * mirror
    mirrored = published_equivariance.measure(theirs)
    assert published_equivariance.measure(ours)["published"] == pytest.approx(mirrored["opposite"], rel=1e-10)


def test_published_equivariance_weighs_batches_not_windows(workplace):
    """Two batches, of 3 windows and of 1: the single window has half of the weight."""
    context = _of_function(lambda field: field.abs())
    both = published_equivariance.measure(context, windows=4, batch_size=3)["published"]
    errors = [batch_errors(context, field[None])[0].item() for field in context.sample(4, 1).inputs]
    assert both == pytest.approx((sum(errors[:3]) / 3 + errors[3]) / 2, rel=1e-12)


def test_generator_of_the_answer_is_taken_in_its_own_type():
    """f(v) = |v|^2 is a scalar field: the derivative of a scalar."""
    field = _noise(1, 2, 8, 8)
    answer, derivative = lie_derivative(
        lambda values: values.square().sum(1, keepdim=True), field, VECTOR, FieldType(C4, "scalar", 1)
    )
    change = 2 * (field * rotation_generator(field, VECTOR)).sum(1, keepdim=True)
    assert (derivative - change + rotation_generator(answer, FieldType(C4, "scalar", 1))).abs().max() < 1e-12
