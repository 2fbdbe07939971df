"""The nets of audit/ are the published ones: their sizes, their formulas, and each oddity that is told of them."""

import pytest
import torch
from torch.nn import functional
from toy import built, randomised

from equidyn.core.models.check import relative_errors
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.variant import Variant
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

FRAME = FieldType(C4, "vector", 1)
# Model, options and frames -> parameters of the published net. Those of audit/rsteer are without its idle batch norms.
PUBLISHED = [
    ("cnn", {"hidden": 158, "norm": "batch"}, 1, 681_614),
    ("audit/e2cnn", {"hidden": 98}, 1, 695_016),
    ("audit/rsteer", {"hidden": 32}, 1, 671_234 - 2 * 4 * 32),
    ("audit/rgroup", {"hidden": 64, "banks": 2}, 1, 893_992),
    ("cnn", {"hidden": 454, "norm": "batch"}, 10, 5_660_474),
    ("audit/e2cnn", {"hidden": 278}, 10, 5_604_480),
    ("audit/rsteer", {"hidden": 92}, 10, 5_596_178 - 2 * 4 * 92),
    ("audit/rgroup", {"hidden": 130, "banks": 3}, 10, 5_630_100),
]


def _build(model: str, frames: int = 1, **options: object) -> torch.nn.Module:
    return built(
        "smoke", Variant(model=model, options=options, augment="none"), FieldType(C4, "vector", frames), FRAME, 0
    )


@pytest.mark.parametrize(("model", "options", "frames", "count"), PUBLISHED)
def test_parameter_counts_are_the_published_ones(model, options, frames, count):
    assert count_parameters(_build(model, frames, **options)) == count


def test_cnn_without_its_batch_norms_has_two_parameters_less_for_each_hidden_channel():
    assert count_parameters(_build("cnn", hidden=158)) == 681_614 - 2 * 4 * 158


def test_published_rgroup_is_linear():
    network = randomised(_build("audit/rgroup", frames=2, hidden=3))
    first, second = torch.randn(2, 1, 4, 8, 8)
    superposed = 2 * network(first) + network(second)
    assert (network(2 * first + second) - superposed).norm() / superposed.norm() < 5e-6


def test_published_rgroup_is_the_published_formula():
    """z_n = v . (cos, sin) n pi/2; the kernel at n is sum_l a[n, l] W_l, turned and shifted; sum_n z_n (cos, sin)."""
    network = randomised(_build("audit/rgroup", frames=2, hidden=3, layers=2))
    directions = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    field = torch.randn(2, 4, 8, 8)
    signal = torch.einsum("bivyx,nv->binyx", field.unflatten(1, (2, 2)), directions)
    for layer in network.layers:
        banks = layer.kernel.inner.weight.detach().unflatten(-1, (4, 3, 3))  # (bank, out, in, element, y, x)
        rows = [
            torch.einsum("l,loimyx->oimyx", layer.kernel.inner.relaxed[:, n], banks.rot90(-n, (-2, -1)).roll(n, 3))
            for n in range(4)
        ]
        kernel = torch.stack(rows, 1).flatten(0, 1).flatten(1, 2)
        signal = functional.conv2d(signal.flatten(1, 2), kernel, padding=1).unflatten(1, (-1, 4))
    answer = torch.einsum("binyx,nv->bivyx", signal, directions).flatten(1, 2)
    assert (network(field) - answer).norm() < 1e-5 * answer.norm()


def test_published_rgroup_starts_equivariant_under_both_signs_of_the_vector_action():
    """A linear net sees no sign; the same net with ReLU would."""
    network = _build("audit/rgroup", hidden=3).double()
    assert all((layer.kernel.inner.relaxed == 1 / 8).all() for layer in network.layers)
    field = torch.randn(1, 2, 8, 8, dtype=torch.float64)
    answer = network(field)
    for turns in (1, 2, 3):
        assert torch.allclose(network(_published_turn(field, turns)), _published_turn(answer, turns), atol=1e-14)


def _published_turn(field: torch.Tensor, turns: int) -> torch.Tensor:
    """The image turned by -turns, the vectors by +turns."""
    return FRAME.act(torch.rot90(field, 2 * turns, (-2, -1)), turns)


@pytest.mark.parametrize(("model", "alpha"), [("audit/rgroup", 0.1), ("audit/rsteer", 0.1), ("audit/rsteer", 1e-5)])
def test_the_regulariser_is_squared(model, alpha):
    network = randomised(_build(model, hidden=3, alpha=alpha))
    constraint = sum(layer.penalty() for layer in network.layers)
    assert constraint > 0.1
    assert network.penalty().item() == pytest.approx((alpha * constraint.item()) ** 2)


def test_published_rsteer_starts_untied_at_the_measured_constraint():
    """Mean |u - v| of independent u, v uniform in +-s is 2 s / 3, with s = 1/3 for one field and 1/sqrt(288) for 32."""
    network = _build("audit/rsteer", hidden=32)
    constraint = sum(layer.penalty().item() for layer in network.layers)
    assert constraint == pytest.approx(2 / 9 + 4 * (2 / 3) / 288**0.5, abs=0.01)
    assert constraint == pytest.approx(0.385, abs=0.02)


def test_published_rsteer_takes_the_next_row_for_a_neighbour():
    layer = _build("audit/rsteer", hidden=1, layers=2).layers[0].kernel
    layer.weight.data.copy_(torch.tensor([0.0, 0, 0, 1, 1, 1, 5, 5, 5]))
    assert layer.penalty().item() == pytest.approx((1 + 4) / 8)


def test_published_rsteer_is_not_equivariant_however_strong_its_regulariser():
    network = _build("audit/rsteer", hidden=3).double()
    field = torch.randn(1, 2, 16, 16, dtype=torch.float64)
    assert relative_errors(network, field, FRAME, FRAME)[""] > 1e-3
    for layer in network.layers:
        weight = layer.kernel.weight
        weight.data.copy_(weight.data[..., :1].expand_as(weight))
    assert network.penalty() == 0
    assert relative_errors(network, field, FRAME, FRAME)[""] > 1e-3  # its biases are free
    for layer in network.layers:
        layer.bias.weight.data.zero_()
    assert relative_errors(network, field, FRAME, FRAME)[""] <= 1e-12


def test_published_rsteer_has_weights_that_do_nothing():
    """84 of 216 for a pair of regular fields: a steerable kernel vanishes there. They flatten a loss landscape."""
    network = _build("audit/rsteer", hidden=2)
    network(torch.randn(1, 2, 8, 8)).square().sum().backward()
    idle = [(layer.kernel.weight.grad.abs().amax((0, 1)) == 0).sum().item() for layer in network.layers]
    assert idle == [42, 84, 84, 84, 42]


def test_published_e2cnn_has_batch_norm_and_the_start_of_its_package():
    torch.manual_seed(0)
    network = _build("audit/e2cnn", hidden=40)
    assert network.strict and len(list(network.norms)) == 4
    assert sum(parameter.numel() for parameter in network.norms.parameters()) == 4 * 2 * 40
    for layer in network.layers[1:]:
        assert layer.filter()[0].square().sum((1, 2, 3)).mean().item() == pytest.approx(1, rel=0.1)
        assert layer.bias is None or not layer.bias().any()
