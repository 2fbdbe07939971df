"""What every model of images passes by lying in models/, beside the battery of test_models.py: its activations."""

import pytest
import torch
from toy import built, randomised

from equidyn.core.domain import find
from equidyn.core.models import check
from equidyn.core.params.signatures import entries
from equidyn.core.params.variant import Variant
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
SPECS = [(model, *case) for model, answers in MODELS.items() for case in CASES[answers]]


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
