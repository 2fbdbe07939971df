"""The battery that every model of fields passes by lying in models/: shapes, gradients, seeds, exactness."""

import pytest
import torch
from toy import built, randomised

from equidyn.core.domain import find
from equidyn.core.models.check import relative_errors
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.signatures import entries
from equidyn.core.params.variant import Variant
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

INPUTS, OUTPUTS = FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)
EVERY = [
    (model, norm)
    for model, entry in entries(find("smoke"), "models").items()
    if entry.takes[0] == "FieldType"
    for norm in (["none", "batch"] if "norm" in entry.options.model_fields else [None])
]
TIED = [("rgroup", "none"), ("rgroup", "batch"), ("rsteer", "none"), ("rsteer", "batch"), ("audit/rgroup", None)]


def _build(model: str, norm: str | None, seed: int = 0) -> torch.nn.Module:
    given = {"hidden": 3, "layers": 3} | ({"norm": norm} if norm else {})
    return built("smoke", Variant(model=model, options=given, augment="none"), INPUTS, OUTPUTS, seed)


def _named(spec: tuple[str, str | None]) -> str:
    return "-".join(filter(None, spec))


@pytest.fixture(params=EVERY, ids=_named)
def spec(request):
    return request.param


@pytest.fixture
def network(spec):
    return _build(*spec)


def test_registry_holds_the_families():
    names = {"cnn", "gcnn", "rgroup", "e2cnn", "rsteer", "audit/e2cnn", "audit/rgroup", "audit/rsteer"}
    assert {model for model, _ in EVERY} >= names


def test_maps_fields_to_fields_of_any_size(network):
    for side in (7, 8):
        assert network(torch.randn(2, INPUTS.channels, side, side)).shape == (2, OUTPUTS.channels, side, side)


def test_every_parameter_gets_a_gradient(network):
    network.relax(0.5)  # of those that are annealed, as in training
    loss = network(torch.randn(2, INPUTS.channels, 8, 8)).square().mean() + network.penalty()
    loss.backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters() if parameter.dim() > 2)


def test_filters_built_once_serve_every_step(network):
    network.eval()
    field = torch.randn(2, INPUTS.channels, 8, 8)
    assert torch.equal(network(field, network.filters()), network(field))


def test_same_seed_same_weights_and_the_global_generator_is_left_alone(network):
    variant = Variant(model="cnn", options={"hidden": 3}, augment="none")
    before = torch.get_rng_state()
    first, again, other = (built("smoke", variant, INPUTS, OUTPUTS, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_weights_survive_a_round_trip(spec, network):
    network(torch.randn(2, INPUTS.channels, 8, 8))  # moves the batch statistics, if there are any
    fresh = _build(*spec, seed=5)
    fresh.load_state_dict(network.state_dict())
    field = torch.randn(1, INPUTS.channels, 8, 8)
    assert torch.equal(fresh.eval()(field), network.eval()(field))


def test_layers_know_their_fields(network):
    for layer, (kernel, bias) in zip(network.layers, network.filters(), strict=True):
        assert kernel.shape[:2] == (layer.outputs.channels, layer.inputs.channels)
        assert bias is None or bias.shape == (layer.outputs.channels,)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("side", [9, 16, 32])
def test_strict_means_exact(network, side, training):
    """In float64, at random weights, after the batch statistics have moved; other nets break the symmetry."""
    network = randomised(network.double(), seed=1)  # of seeds 0 and 1, the one that leaves no net dead behind its ReLU
    network(torch.randn(4, INPUTS.channels, 8, 8, dtype=torch.float64))
    network.train(training)
    error = relative_errors(network, torch.randn(2, INPUTS.channels, side, side, dtype=torch.float64), INPUTS, OUTPUTS)[
        ""
    ]
    assert error <= 1e-12 if network.strict else error > 1e-3


@pytest.mark.parametrize("spec", TIED, ids=_named)
def test_relaxed_nets_start_exactly_equivariant_and_without_penalty(spec):
    network = _build(*spec).double()
    assert relative_errors(network, torch.randn(2, 4, 16, 16, dtype=torch.float64), INPUTS, OUTPUTS)[""] <= 1e-12
    assert network.penalty() == 0
    assert randomised(network).penalty() > 0


@pytest.mark.parametrize("model", ["rgroup", "rsteer"])
def test_relaxed_nets_are_not_linear(model):
    """The published rgroup is, by a mistake in its code (test_published_models.py); ours must not be."""
    network = randomised(_build(model, "none"))
    first, second = torch.randn(2, 1, INPUTS.channels, 8, 8)
    zero = network(torch.zeros_like(first))
    superposed = network(first) + network(second) - zero
    assert (network(first + second) - superposed).norm() / superposed.norm() > 0.05


COUNTS = [("cnn", 20, 11602), ("gcnn", 10, 11200), ("rgroup", 7, 11408), ("e2cnn", 12, 10704), ("rsteer", 5, 10580)]


@pytest.mark.parametrize(("model", "hidden", "count"), COUNTS)
def test_parameter_counts(model, hidden, count):
    variant = Variant(model=model, options={"hidden": hidden}, augment="none")
    assert count_parameters(built("smoke", variant, FieldType(C4, "vector", 1), OUTPUTS, 0)) == count


@pytest.mark.parametrize(("model", "entries"), [("cnn", 9 * 3 * (4 + 3 + 2)), ("gcnn", 9 * 12 * (4 + 12 + 2))])
def test_multiply_adds_are_the_entries_of_the_kernels(model, entries):
    assert _build(model, "none").multiply_adds() == entries


def test_batch_norm_refuses_signed_components():
    from equidyn.domains.smoke.models.norm import field_norm

    with pytest.raises(ValueError, match="vector"):
        field_norm("batch", FieldType(C4, "vector", 2))
