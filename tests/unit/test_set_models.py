"""What every model of sets passes by lying in models/, with every way of imposing symmetry around it."""

import numpy as np
import pytest
import torch
from toy import built, randomised

from equidyn.core.domain import find
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


def test_one_logit_for_each_set(spec, sets):
    network = _build(spec)
    assert network(sets.float()).shape == (5, 1)
    assert network.inputs == INPUTS
    assert network.multiply_adds() > 0
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_a_cyclic_mean_is_not_invariant_under_all_orders(sets):
    network = randomised(_build(("mlp", "symmetrized")), seed=2).double().eval()
    move = (np.array([1, 0, 2, 3]), np.arange(3))
    assert network.imposed.name == "C_4"
    assert (network(moved(sets, move)) - network(sets)).norm() / network(sets).norm() > 1e-4


def test_what_is_imposed_from_outside_adds_no_parameters(spec):
    model, _ = spec
    assert count_parameters(_build(spec)) == count_parameters(_build((model, None)))
