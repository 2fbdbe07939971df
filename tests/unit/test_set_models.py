"""The battery that every model of sets passes by lying in models/, and every way of imposing symmetry around it."""

import numpy as np
import pytest
import torch
from toy import built, randomised

from equidyn.core.domain import find
from equidyn.core.models import check
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.signatures import entries
from equidyn.core.params.variant import Variant
from equidyn.symmetry.sets import Invariants, SetType, moved

INPUTS, OUTPUTS = SetType(4, 3), Invariants(1)
SIZES = {"hidden": 6, "layers": 2, "width": 8, "heads": 2, "count": 3}
MODELS = [model for model, entry in entries(find("sets"), "models").items() if entry.takes[0] == "SetType"]
WAYS = [None, *entries(find("sets"), "impose")]


def _sized(room: str, name: str) -> dict[str, int]:
    return {key: SIZES[key] for key in entries(find("sets"), room)[name].options.model_fields if key in SIZES}


def _build(spec: tuple[str, str | None], seed: int = 0) -> torch.nn.Module:
    model, way = spec
    impose = {"by": way, "options": _sized("impose", way)} if way else None
    variant = Variant(model=model, options=_sized("models", model), impose=impose, augment="none")
    return built("sets", variant, INPUTS, OUTPUTS, seed)


@pytest.fixture(
    params=[(model, way) for model in MODELS for way in WAYS], ids=lambda spec: "-".join(filter(None, spec))
)
def spec(request):
    return request.param


@pytest.fixture
def sets():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(5, INPUTS.points, INPUTS.dimensions, dtype=torch.float64, generator=generator)


def test_registry_holds_them():
    assert {"mlp", "transformer", "intrinsic", "intrinsic_exchangeable", "variance"} <= set(MODELS)
    assert {"canonical", "symmetrized", "sampled"} <= set(WAYS[1:])


def test_one_logit_for_each_set(spec, sets):
    network = _build(spec)
    assert network(sets.float()).shape == (5, 1)
    assert network.inputs == INPUTS
    assert network.multiply_adds() > 0
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_every_weight_gets_a_gradient(spec, sets):
    network = randomised(_build(spec), seed=1)
    network.begin(1, 1)
    network(sets.float()).square().mean().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert any(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_same_seed_same_weights_and_the_global_generator_is_left_alone(spec):
    before = torch.get_rng_state()
    first, again = (_build(spec, seed=3).state_dict() for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_weights_survive_a_round_trip(spec, sets):
    network, fresh = _build(spec), _build(spec, seed=5)
    fresh.load_state_dict(network.state_dict())
    assert torch.equal(fresh.eval()(sets.float()), network.eval()(sets.float()))


def test_strict_means_exactly_invariant_under_what_is_imposed(spec, sets):
    """At random weights, in float64, under every generator and some random elements; nets that impose nothing are not.

    A sampled mean imposes nothing exactly, but of a net that is invariant by itself it stays invariant.
    """
    network = randomised(_build(spec), seed=2).double()
    error = max(check.errors(network.eval(), *check.imposed(network, INPUTS, OUTPUTS)).values())
    by_itself = _build((spec[0], None)).strict
    assert error <= 1e-12 if network.strict or by_itself else error > 1e-4
    assert not network.strict or network.imposed.order > 1


def test_a_cyclic_mean_is_not_invariant_under_all_orders(sets):
    network = randomised(_build(("mlp", "symmetrized")), seed=2).double().eval()
    move = (np.array([1, 0, 2, 3]), np.arange(3))
    assert network.imposed.name == "C_4"
    assert (network(moved(sets, move)) - network(sets)).norm() / network(sets).norm() > 1e-4


def test_what_is_imposed_from_outside_adds_no_parameters(spec):
    model, _ = spec
    assert count_parameters(_build(spec)) == count_parameters(_build((model, None)))


def test_it_can_be_differentiated_twice(spec, sets):
    network = randomised(_build(spec), seed=3).double().eval()
    loss = network(sets).square().mean()
    weights = list(network.parameters())
    slopes = torch.autograd.grad(loss, weights, create_graph=True)
    curved = torch.autograd.grad(sum(slope.square().sum() for slope in slopes), weights, allow_unused=True)
    assert any(part is not None and part.abs().sum() > 0 for part in curved)
    assert all(torch.isfinite(part).all() for part in curved if part is not None)
