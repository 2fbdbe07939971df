"""The battery that every model passes by lying in a domain's models/: shapes, seeds, derivatives, exactness."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest
import torch
from toy import built, randomised

from equidyn.core.domain import built_in, find
from equidyn.core.models import check
from equidyn.core.models.network import Network
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.signatures import entries
from equidyn.core.params.variant import Variant
from equidyn.curvature.landscape import Hessian, Landscape
from equidyn.grids.norm import NormReLU
from equidyn.grids.stack import GridNet
from equidyn.symmetry.fields import BoxType, FieldType
from equidyn.symmetry.group_action import GroupAction
from equidyn.symmetry.groups import C4, CUBE
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants, SetType

EXAMPLES = {  # by what a model takes, as it is written
    ("FieldType", "FieldType"): (FieldType(C4, "vector", 2), FieldType(C4, "vector", 1)),
    ("BoxType", "BoxType"): (BoxType(CUBE, "vector", 3), BoxType(CUBE, "vector", 1, 2)),
    ("SetType", "Invariants"): (SetType(4, 3), Invariants(1)),
    ("ImageType", "ImageType"): (ImageType(6), ImageType(6)),
    ("ImageType", "Invariants"): (ImageType(16), Invariants(10)),
}
SIZES = {  # small ones, of those options that a model has
    "smoke": {"hidden": 3, "layers": 3},
    "turbulence": {"hidden": [2, 2]},
    "sets": {"hidden": 6, "layers": 2, "width": 8, "heads": 2, "count": 3},
    "digits": {"hidden": 4, "latent": 4, "first": 2, "second": 3},
}
CHOICES = {  # of which all are tried
    "norm": ["none", "batch"],
    "components": ["vector", "scalar"],
    "group": ["data", "C2"],
    "vector_action": ["true", "published"],
    "relax_spatial": [False, True],
    "init": ["published", "scaled"],
    "scale": ["none", "sqrt"],
    "start": ["exact", "random"],
}
# Ways to relax a strict net of which several options are tried.
RELAXED = {"ace": {"slack": [0.0, 1.0]}, "projection": {"power": [1, 2]}}


@dataclass(frozen=True)
class Spec:
    """A model with its options; `relaxed`: by what, with which options; `imposed`: what is put around it."""

    domain: str
    model: str
    options: dict[str, object] = field(hash=False)
    imposed: str | None = None
    relaxed: dict[str, object] | None = field(default=None, hash=False)

    def __str__(self) -> str:
        chosen = [str(value) for key, value in self.options.items() if key in CHOICES]
        relaxed = [self.relaxed["by"], *map(str, self.relaxed["options"].values())] if self.relaxed else []
        return "-".join([self.model, *chosen, *relaxed, *filter(None, [self.imposed])])

    @property
    def ends(self) -> tuple[GroupAction, GroupAction]:
        return EXAMPLES[entries(find(self.domain), "models")[self.model].takes]

    def build(self, seed: int = 0) -> Network:
        around = {"by": self.imposed, "options": _sized(self.domain, "impose", self.imposed)} if self.imposed else None
        variant = Variant(model=self.model, options=self.options, relax=self.relaxed, impose=around, augment="none")
        return built(self.domain, variant, *self.ends, seed)


def _sized(domain: str, room: str, name: str) -> dict[str, object]:
    known = entries(find(domain), room)[name].options.model_fields
    return {key: value for key, value in SIZES[domain].items() if key in known}


def _specs() -> Iterator[Spec]:
    for domain in filter(SIZES.get, built_in()):
        ways = [None, *(entries(find(domain), "impose") if find(domain).has("impose") else ())]
        for model, entry in entries(find(domain), "models").items():
            asked = [key for key in CHOICES if key in entry.options.model_fields]
            for values in product(*(CHOICES[key] for key in asked)):
                options = _sized(domain, "models", model) | dict(zip(asked, values, strict=True))
                yield from (Spec(domain, model, options, way) for way in ways)
            for relaxed in _relaxations(domain, model):
                yield Spec(domain, model, _sized(domain, "models", model), None, relaxed)


def _relaxations(domain: str, model: str) -> Iterator[dict[str, object]]:
    """Every way to relax a strict net on a grid, its choices at their defaults: the others change other layers.

    e2cnn, whose kernels are not the whole strict space, by a free term alone.
    """
    if domain not in ("smoke", "turbulence") or model not in ("gcnn", "e2cnn"):
        return
    for by in entries(find(domain), "relaxations"):
        options = RELAXED.get(by, {})
        for values in product(*options.values()):
            if model == "gcnn" or by == "anneal":
                yield {"by": by, "options": dict(zip(options, values, strict=True))}


SPECS = list(_specs())


@pytest.fixture(params=SPECS, ids=str)
def spec(request) -> Spec:
    return request.param


@pytest.fixture
def deterministic() -> Iterator[None]:
    """As training computes."""
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode(before)


def _noise(spec: Spec, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return check.noise(spec.ends[0], dtype)


def _moved(spec: Spec, seed: int = 1) -> Network:
    """At random weights in float64, after the batch statistics have moved; fields are not shut by their ReLU."""
    network = randomised(spec.build().double(), seed)
    for part in network.modules():
        if isinstance(part, NormReLU):
            if part.norm is not None:
                part.norm.weight.data.fill_(1.0)
            (part.bias if part.norm is None else part.norm.bias).data.fill_(0.5)
    network.stepped(1.0, 1.0)  # the end of training: what thaws is free
    with torch.no_grad():
        for _ in range(20):  # so that the running averages are about those of a batch
            network(_noise(spec, torch.float64))
    return network


def test_every_domain_with_models_is_here():
    assert {spec.domain for spec in SPECS} == {name for name in built_in() if find(name).has("models")}
    assert {spec.imposed for spec in SPECS} == {
        *(None, "canonical", "symmetrized", "sampled"),
        "audit/permuted_features",
    }
    assert {"gcnn", "audit/rgroup", "trilinear", "mlp", "digits_gcnn"} <= {spec.model for spec in SPECS}


def test_it_maps_its_inputs_to_its_outputs(spec):
    """In float32; what comes out is what its type can move."""
    network, values = spec.build(), _noise(spec)
    answer = network(values)
    assert answer.dtype == torch.float32 and len(answer) == len(values)
    assert (
        spec.ends[1].act(answer, spec.ends[0].elements_to_check(1, np.random.default_rng(0))[-1]).shape == answer.shape
    )
    assert network.multiply_adds() > 0


def test_every_weight_gets_a_gradient(spec, deterministic):
    network = randomised(spec.build(), seed=1)
    network.begin(1, 1)
    network.relax(0.5)  # what is annealed, as in training
    answer = network(_noise(spec)).square().mean() + network.penalty()
    if count_parameters(network):
        answer.backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert not count_parameters(network) or any(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_same_seed_same_weights_and_the_global_generator_is_left_alone(spec):
    before = torch.get_rng_state()
    first, again, other = (spec.build(seed).state_dict() for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    if count_parameters(spec.build()) and spec.options.get("start") != "exact":
        assert any(not torch.equal(first[name], other[name]) for name in first)


def test_weights_survive_a_round_trip(spec):
    network, fresh, values = spec.build(), spec.build(seed=5), _noise(spec)
    network(values)  # moves the batch statistics, if there are any
    fresh.load_state_dict(network.state_dict())
    assert torch.equal(fresh.eval()(values), network.eval()(values))


def test_what_is_used_after_training_is_the_same_map(spec):
    network, values = randomised(spec.build()).eval(), _noise(spec)
    settled = network.deployed()
    assert torch.equal(settled(values), network(values))
    assert settled.deployed() is settled and not settled.training
    assert settled.multiply_adds() == network.multiply_adds()
    assert (count_parameters(settled) < count_parameters(network)) == network.anneals


def test_strict_means_exact(spec):
    """In float64, at random weights, in both modes; others break the symmetry, whatever is inside them.

    A net on grids that is strict under another action breaks the data's.
    """
    network = _moved(spec)
    found = check.symmetry(network, *spec.ends)
    largest = [error for cases in found["error"]["float64"].values() for error in cases.values()]
    assert max(largest) <= 1e-12 if network.strict else max(largest) > 1e-4
    if network.strict and isinstance(network, GridNet):
        ways = [way["float64"] for way in found["also"].values()]
        assert all(max(cases.values()) > 1e-4 for modes in ways for cases in modes.values())
        assert bool(ways) == (check.imposed(network, *spec.ends) != spec.ends)
    entry = found | {"study": "toy", "variant": spec.model}
    assert check.failures([entry]) == []
    spoilt = {mode: {"it": 2e-12} for mode in found["error"]["float64"]}
    assert bool(check.failures([entry | {"error": {"float64": spoilt}}])) == network.strict


def test_the_nearest_strict_net_is_strict(spec):
    """Each kernel of a net on grids is the projection of what it was; a strict net is left the same map."""
    network = _moved(spec).eval()
    if not isinstance(network, GridNet) or spec.model.startswith("audit"):
        return
    nearest = network.projected()
    assert nearest.strict and max(check.errors(nearest, *check.imposed(network, *spec.ends)).values()) <= 1e-12
    for before, after in zip(network.layers, nearest.layers, strict=True):
        for (_, wanted), (found, _) in zip(before.strict_parts(), after.strict_parts(), strict=True):
            assert (found - wanted).norm() <= 1e-12 * (1 + wanted.norm())
    if network.strict:
        values = _noise(spec, torch.float64)
        torch.testing.assert_close(nearest(values), network(values), rtol=1e-12, atol=1e-12)


class _Samples:
    """A batch of inputs without targets."""

    def __init__(self, inputs: torch.Tensor) -> None:
        self.inputs = inputs

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, chosen: slice) -> "_Samples":
        return _Samples(self.inputs[chosen])


class _Task:
    """Small answers are good answers."""

    def loss(self, network: Network, batch: _Samples) -> torch.Tensor:
        return network(batch.inputs).square().mean()


def _slope(landscape: Landscape, point: torch.Tensor) -> torch.Tensor:
    point = point.clone().requires_grad_()
    return torch.autograd.grad(landscape.loss(point), point)[0]


def test_products_with_the_hessian_are_differences_of_gradients(spec, deterministic):
    network = _moved(spec, seed=3).eval()
    if not count_parameters(network):
        return
    landscape = Landscape(network, _Task(), _Samples(_noise(spec, torch.float64)))
    vector = torch.randn(len(landscape.point), dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    vector, step = vector / vector.norm(), 1e-6
    ahead, behind = (_slope(landscape, landscape.point + sign * step * vector) for sign in (1, -1))
    expected = (ahead - behind) / (2 * step)
    assert expected.norm() > 1e-6
    assert (Hessian(landscape)(vector) - expected).norm() / expected.norm() <= 1e-5
