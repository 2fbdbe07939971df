"""Auto-encoders and classifiers one by one: sizes, layers, attention, strides, what they refuse."""

import math
from pathlib import Path

import pytest
import torch
import yaml
from torch.nn import functional
from toy import built, randomised
from toy_sets import set_tree
from typer.testing import CliRunner

from equidyn import commands
from equidyn.core.domain import find
from equidyn.core.errors import EquidynError
from equidyn.core.models import check
from equidyn.core.models.check_table import show
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.signatures import entries
from equidyn.core.params.variant import Variant
from equidyn.domains.digits.models.images import ImageNetwork
from equidyn.domains.digits.models.orbit_linear import OrbitLinear
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants

Spec = tuple[str, int, dict]  # model, side of the images, options


def _ends(spec: Spec) -> tuple[ImageType, ImageType | Invariants]:
    model, side, _ = spec
    predictions = entries(find("digits"), "models")[model].takes[1]
    return ImageType(side), ImageType(side) if predictions == "ImageType" else Invariants(10)


def _build(spec: Spec) -> ImageNetwork:
    model, _, options = spec
    return built("digits", Variant(model=model, options=options, augment="none"), *_ends(spec), seed=0)


def _noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


# parameters, and multiplications with additions per image, counted by hand
SIZES = [
    (("autoencoder", 14, {}), 2 * 196 * 36 + 2 * 36 * 9 + 36 + 9 + 36 + 196, 2 * 196 * 36 + 2 * 36 * 9),
    (("autoencoder", 14, {"hidden": 9}), 2 * 196 * 9 + 2 * 9 * 9 + 9 + 9 + 9 + 196, 2 * 196 * 9 + 2 * 9 * 9),
    (("equivariant_autoencoder", 14, {}), 2 * 1764 + 2 * 81 + 4, 2 * 196 * 36 + 2 * 36 * 9),
    (("equivariant_autoencoder", 14, {"init": "scaled"}), 3690 + 9 + 3 + 9 + 49, 2 * 196 * 36 + 2 * 36 * 9),
    (("equivariant_autoencoder", 14, {"hidden": 144}), 4 * 3690 + 4, 2 * 196 * 144 + 2 * 144 * 9),
    (("attention_autoencoder", 14, {}), 3694 + 9 + 21 + 27 + 3, 14_760 + 9 * 18 + 2 * 4 * 9),
    (("digits_cnn", 28, {}), 21_840, 24**2 * 250 + 8**2 * 5_000 + 320 * 50 + 50 * 10),
    (
        ("digits_gcnn", 28, {}),
        5 * 25 + 5 + 50 * 100 + 10 + 260 * 64 + 26 + 260 + 10,
        24**2 * 20 * 25 + 8**2 * 40 * 20 * 25 + 640 * 104 + 260,
    ),
]


@pytest.mark.parametrize(("spec", "parameters", "products"), SIZES, ids=str)
def test_parameters_and_arithmetic(spec, parameters, products):
    network = _build(spec)
    assert count_parameters(network) == parameters
    assert network.multiply_adds() == products


def test_the_group_convolutions_have_as_many_parameters_as_the_plain_ones():
    plain, group = (count_parameters(_build((model, 28, {}))) for model in ("digits_cnn", "digits_gcnn"))
    assert abs(group / plain - 1) <= 0.05


@pytest.mark.parametrize("model", ["autoencoder", "equivariant_autoencoder", "attention_autoencoder"])
def test_encoder_and_decoder_are_the_two_halves(model):
    network, images = randomised(_build((model, 6, {"hidden": 16, "latent": 4})), seed=1).double(), _noise(3, 6, 6)
    latent = network.encode(images)
    assert latent.shape == (3, network.latent)
    assert torch.equal(latent, network.activations(images)["latent"].flatten(1))
    assert torch.equal(network.decode(latent), network(images))


def test_the_plain_auto_encoder_is_four_layers_with_elu_between():
    network, images = randomised(_build(("autoencoder", 6, {})), seed=1).double(), _noise(3, 6, 6)
    values = images.flatten(1)
    for layer in network.layers[:-1]:
        values = functional.elu(values @ layer.weight.T + layer.bias)
    expected = (values @ network.layers[-1].weight.T + network.layers[-1].bias).view(3, 6, 6)
    assert torch.allclose(network(images), expected)


@pytest.fixture
def attentive():
    return randomised(_build(("attention_autoencoder", 6, {})), seed=1).double()


def test_a_turned_image_permutes_the_weights_of_attention(attentive):
    """With g x for x, the weight of h is that of g^-1 (g h): by so many places, cyclically."""
    images = _noise(7, 6, 6)
    weights = attentive.attention(images)
    assert torch.allclose(weights.sum(1), torch.ones(7, dtype=torch.float64))
    assert weights.std() > 1e-3
    for turns in range(4):
        turned = attentive.attention(attentive.inputs.act(images, turns))
        assert torch.allclose(turned, weights.roll(-turns, 1), atol=1e-12)


@pytest.mark.parametrize(("scale", "factor"), [("none", 1), ("sqrt", 1 / 3)])
def test_attention_is_its_definition(scale, factor):
    """w from the query and each turn of h; what is decoded, from h and the weighted sum of the turns."""
    attentive = randomised(_build(("attention_autoencoder", 6, {"scale": scale})), seed=1).double()
    images, kind = _noise(7, 6, 6), attentive.kinds["latent"]
    (widen, widen_bias), (narrow, narrow_bias), _, _, (weight, bias) = attentive.maps()
    latent = functional.elu(functional.elu(images.flatten(1) @ widen.T + widen_bias) @ narrow.T + narrow_bias)
    orbit = torch.stack([kind.act(latent.view(-1, 3, 3), turns).flatten(1) for turns in range(4)], dim=1)
    weights = (orbit @ attentive.query * factor).softmax(1)
    pooled = (weights[:, :, None] * orbit).sum(1)
    assert torch.allclose(attentive.attention(images), weights)
    combined = functional.elu(latent @ weight[:, :9].T + pooled @ weight[:, 9:].T + bias)
    assert torch.allclose(attentive.encode(images), combined)


def test_the_query_starts_small_as_published():
    """N(0, .01^2), else as a dense layer's weights: uniform in +-1/sqrt(latent)."""
    small, large = (
        _build(("attention_autoencoder", 6, {"latent": 900, "init": init})) for init in ("published", "scaled")
    )
    assert small.query.std().item() == pytest.approx(0.01, rel=0.1) and small.query.abs().max() > 0.02
    assert large.query.std().item() == pytest.approx(1 / math.sqrt(3 * 900), rel=0.1)


def test_one_latent_number_has_no_turns_to_choose_from():
    network = _build(("attention_autoencoder", 6, {"latent": 1}))
    assert torch.allclose(network.attention(_noise(3, 6, 6).float()), torch.full((3, 4), 0.25))


def test_the_layers_of_the_plain_classifier():
    """Convolution, pooling, then ReLU, without padding; of each layer the numbers before its ReLU."""
    network, images = randomised(_build(("digits_cnn", 28, {})), seed=1).double(), _noise(3, 28, 28)
    found = network.activations(images)
    conv1 = functional.conv2d(images[:, None], *network.conv1.filter())
    pool1 = functional.max_pool2d(conv1, 2).relu()
    conv2 = functional.conv2d(pool1, *network.conv2.filter())
    pool2 = functional.max_pool2d(conv2, 2).relu()
    fc1 = pool2.flatten(1) @ network.fc1.weight.T + network.fc1.bias
    expected = {"conv1": conv1, "pool1": pool1, "conv2": conv2, "pool2": pool2, "fc1": fc1}
    assert torch.allclose(found["logits"], fc1.relu() @ network.logits.weight.T + network.logits.bias)
    assert all(torch.allclose(found[name], values) for name, values in expected.items())
    assert [tuple(values.shape[1:]) for values in expected.values()] == [
        (10, 24, 24),
        (10, 12, 12),
        (20, 8, 8),
        (20, 4, 4),
        (50,),
    ]


@pytest.mark.parametrize("model", ["digits_cnn", "digits_gcnn"])
def test_a_shift_by_the_stride_is_a_shift_of_the_map_by_one(model):
    network = randomised(_build((model, 28, {})), seed=1).double()
    images = torch.zeros(2, 28, 28, dtype=torch.float64)
    images[:, 4:20, 4:20] = _noise(2, 16, 16)
    for name, stride in network.strides.items():
        before, after = (network.activations(images.roll(by, 2))[name] for by in (0, stride))
        assert torch.allclose(after[..., 1:], before[..., :-1], atol=1e-12)
        assert (after - before).norm() / before.norm() > 0.1
    assert set(network.strides) == {name for name, kind in network.kinds.items() if not isinstance(kind, Invariants)}


def test_a_layer_that_is_not_exact_is_named(monkeypatch):
    """The second layer spoilt by one part in a million: hidden is still exact, all that follows is not."""
    exact = OrbitLinear.maps

    def spoilt(self):
        maps = exact(self)
        corner = torch.zeros_like(maps[1][0])
        corner[0, 0] = 1e-6
        return [maps[0], (maps[1][0] + corner, maps[1][1]), *maps[2:]]

    monkeypatch.setattr(OrbitLinear, "maps", spoilt)
    spec = ("equivariant_autoencoder", 14, {"init": "scaled"})
    entry = check.symmetry(_build(spec), *_ends(spec)) | {"study": "toy", "variant": "spoilt"}
    text = check.failures([entry])
    assert [line.split(": ")[1].split(", ")[1] for line in text] == ["latent", "decoded", "image"] * 2


@pytest.mark.parametrize("model", ["digits_cnn", "digits_gcnn"])
@pytest.mark.parametrize("side", [4, 12, 14, 15, 18, 27])
def test_images_that_do_not_halve_are_refused(model, side):
    with pytest.raises(EquidynError, match=f"{side} x {side} pixels .* sides that do are 16, 20, 24, 28"):
        _build((model, side, {}))


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ({"model": "transformer", "options": {"width": 8, "heads": 3}}, "transformer: heads = 3 must divide width = 8"),
        ({"model": "transformer", "options": {"width": 8, "heads": 2}}, None),
    ],
)
def test_the_command_says_in_words_that_options_do_not_fit(workplace, variant, words):
    """What only the model itself can know, such as that one number must divide another, is told like all else."""
    tree = set_tree()
    tree["studies"]["sets"]["variants"] = {"odd": variant | {"augment": "none"}}
    Path("params.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    answer = CliRunner().invoke(commands.app, ["check", "--json"])
    if words is None:
        assert answer.exit_code == 0
    else:
        assert isinstance(answer.exception, EquidynError) and words in str(answer.exception)


def test_the_command_lists_each_layer_of_a_variant_that_is_named(capsys):
    entry = check.symmetry(_build(("digits_gcnn", 16, {})), ImageType(16), Invariants(10))
    entry |= {"study": "digits", "variant": "gcnn"}
    for by_case, rows in ((False, 1), (True, 7)):
        show([entry], by_case=by_case)
        text = capsys.readouterr().out
        assert sum(line.count("e-") >= 3 for line in text.splitlines()) == rows
        assert all((f"  {name} " in text) == by_case for name in ("conv1", "pool2", "fc1", "logits"))
