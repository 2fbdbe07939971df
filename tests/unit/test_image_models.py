"""The battery that every model of images passes by lying in models/: layers, symmetry, derivatives, weights."""

from collections.abc import Iterator

import pytest
import torch
from toy import built, randomised

from equidyn.core.domain import find
from equidyn.core.models import check
from equidyn.core.params.signatures import entries
from equidyn.core.params.variant import Variant
from equidyn.curvature.landscape import Hessian, Landscape
from equidyn.domains.digits.models.images import ImageNetwork
from equidyn.symmetry.directional import directional
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants

MODELS = {
    model: entry.takes[1] for model, entry in entries(find("digits"), "models").items() if entry.takes[0] == "ImageType"
}
CASES = {  # by what a model answers: sides of the images, and options (of those that the model has)
    "ImageType": [
        (6, {"hidden": 16, "latent": 4}),
        (5, {"hidden": 9, "latent": 4, "init": "scaled"}),
        (4, {"hidden": 1, "latent": 9}),
        (14, {}),
    ],
    "Invariants": [
        (16, {"first": 2, "second": 3, "hidden": 4}),
        (20, {"first": 3, "second": 1, "hidden": 5}),
        (28, {}),
    ],
}
SPECS = [(model, *case) for model, predictions in MODELS.items() for case in CASES[predictions]]


def _build(spec: tuple[str, int, dict], seed: int = 0) -> ImageNetwork:
    model, _, options = spec
    known = entries(find("digits"), "models")[model].options.model_fields
    given = {key: value for key, value in options.items() if key in known}
    return built("digits", Variant(model=model, options=given, augment="none"), *_ends(spec), seed)


def _ends(spec: tuple[str, int, dict]) -> tuple[ImageType, ImageType | Invariants]:
    model, side, _ = spec
    return ImageType(side), ImageType(side) if MODELS[model] == "ImageType" else Invariants(10)


@pytest.fixture(params=SPECS, ids=lambda spec: f"{spec[0]}-{spec[1]}")
def spec(request):
    return request.param


@pytest.fixture
def images(spec):
    return torch.rand(5, spec[1], spec[1], dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def deterministic() -> Iterator[None]:
    """As training computes."""
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode(before)


def test_registry_holds_them():
    coders = {"autoencoder", "equivariant_autoencoder", "attention_autoencoder"}
    assert coders <= {model for model, predictions in MODELS.items() if predictions == "ImageType"}
    assert {"digits_cnn", "digits_gcnn"} <= {
        model for model, predictions in MODELS.items() if predictions == "Invariants"
    }


def test_it_says_what_its_activations_are(spec, images):
    network = _build(spec)
    assert network.inputs == _ends(spec)[0]
    found = network.activations(images.float())
    assert list(found) == list(network.kinds)
    assert list(network.kinds.values())[-1] == _ends(spec)[1]
    assert all(kind.act(found[name], 1).shape == found[name].shape for name, kind in network.kinds.items() if kind)
    assert all(values.dtype == torch.float32 and len(values) == 5 for values in found.values())


def test_its_answer_is_its_last_activation(spec, images):
    network = _build(spec)
    assert torch.equal(network(images.float()), list(network.activations(images.float()).values())[-1])


def test_every_weight_gets_a_gradient(spec, images, deterministic):
    network = randomised(_build(spec), seed=1).double()
    network(images).square().mean().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_same_seed_same_weights_and_the_global_generator_is_left_alone(spec):
    before = torch.get_rng_state()
    first, again, other = (_build(spec, seed).state_dict() for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_weights_survive_a_round_trip(spec, images):
    network, fresh = _build(spec), _build(spec, seed=5)
    fresh.load_state_dict(network.state_dict())
    assert torch.equal(fresh(images.float()), network(images.float()))


def test_strict_means_that_every_layer_is_exact(spec):
    """At random weights in float64, in both modes; of nets that impose nothing the answer is not."""
    found = check.symmetry(randomised(_build(spec), seed=2), *_ends(spec))
    network = _build(spec)
    assert found["group"] == "C4" and found["strict"] == network.strict
    for cases in found["error"]["float64"].values():
        assert list(cases) == [name for name, kind in network.kinds.items() if kind is not None]
        largest = max(cases.values())
        assert largest <= 1e-12 if network.strict else largest > 1e-3
    assert check.failures([found | {"study": "toy", "variant": spec[0]}]) == []


class _Images:
    """A batch of questions without answers."""

    def __init__(self, images: torch.Tensor) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def part(self, chosen: slice) -> "_Images":
        return _Images(self.images[chosen])


class _Task:
    """Small answers are good answers."""

    def loss(self, network: ImageNetwork, batch: _Images) -> torch.Tensor:
        return network(batch.images).square().mean()


def _slope(landscape: Landscape, point: torch.Tensor) -> torch.Tensor:
    point = point.clone().requires_grad_()
    return torch.autograd.grad(landscape.loss(point), point)[0]


def test_products_with_the_hessian_are_differences_of_gradients(spec, images, deterministic):
    network = randomised(_build(spec), seed=3).double().eval()
    landscape = Landscape(network, _Task(), _Images(images))
    vector = torch.randn(len(landscape.point), dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    vector, step = vector / vector.norm(), 1e-6
    ahead, behind = (_slope(landscape, landscape.point + sign * step * vector) for sign in (1, -1))
    expected = (ahead - behind) / (2 * step)
    assert expected.norm() > 1e-3
    assert (Hessian(landscape)(vector) - expected).norm() / expected.norm() <= 1e-5


def test_derivatives_in_the_image_are_differences(spec, images):
    """Forward mode, through every activation."""
    network = randomised(_build(spec), seed=3).double().eval()
    direction = torch.randn(images.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        ahead, behind = (network.activations(images + step * direction) for step in (1e-6, -1e-6))
    for name in network.kinds:
        _, change = directional(lambda point, name=name: network.activations(point)[name], images, direction)
        expected = (ahead[name] - behind[name]) / 2e-6
        assert (change - expected).norm() / expected.norm() <= 1e-5
