"""Measures of symmetry under the 24 rotations of the cube, and the published sharpness, of networks that upscale."""

import json
import math
from importlib import import_module

import pytest
import torch
from toy import randomised
from toy_volumes import CONTEXT, FACTOR, volumes

from equidyn.core.domain import find
from equidyn.core.params.signatures import entries, known, module
from equidyn.curvature.audit import sharpness as published
from equidyn.domains.turbulence.measures import decomposition as cube_decomposition
from equidyn.domains.turbulence.measures import equivariance as cube_equivariance
from equidyn.domains.turbulence.measures import relaxation as cube_relaxation
from equidyn.domains.turbulence.models import cnn as volume_cnn
from equidyn.domains.turbulence.models import gcnn as volume_gcnn
from equidyn.domains.turbulence.models import rgcnn as volume_rgcnn
from equidyn.domains.turbulence.params import UpscaleTask
from equidyn.domains.turbulence.tasks.upscale.context import UpscaleContext
from equidyn.domains.turbulence.tasks.upscale.task import Upscale, upscale_types
from equidyn.grids import distance as cube_distance
from equidyn.grids import relaxation
from equidyn.grids.upscaler import Upscaler

INPUTS, OUTPUTS = upscale_types(CONTEXT, FACTOR, True)
NAMES = ["decomposition", "distance", "equivariance", "relaxation"]
HIDDEN = [2, 2]


def _subject(network: Upscaler) -> UpscaleContext:
    return UpscaleContext(
        network.eval(), Upscale(UpscaleTask(kind="upscale", loss="mae"), volumes(), torch.device("cpu"))
    )


def _trilinear() -> Upscaler:
    return Upscaler(INPUTS, OUTPUTS)


def _plain(**options) -> Upscaler:
    return randomised(volume_cnn.build(INPUTS, OUTPUTS, hidden=HIDDEN, **options))


def _strict(components: str = "vector", **options) -> Upscaler:
    return randomised(volume_gcnn.build(INPUTS, OUTPUTS, hidden=HIDDEN, components=components, **options))


def _tied(**options) -> Upscaler:
    """A relaxed net at its start."""
    return volume_rgcnn.build(INPUTS, OUTPUTS, hidden=HIDDEN, components="vector", relax_spatial=True, **options)


def _relaxed(**options) -> Upscaler:
    return randomised(_tied(**options))


def _has(layer: torch.nn.Module) -> bool:
    """Whether the layer has relaxed weights."""
    return bool(layer.relaxed_weights())


def _weights(network: Upscaler) -> list[torch.Tensor]:
    """All relaxed weights of a network, (banks, 24) each."""
    return [weight for layer in filter(_has, network.layers) for weight in layer.relaxed_weights()]


@pytest.mark.parametrize("make", [_trilinear, _plain, _strict, _relaxed])
@pytest.mark.parametrize("name", NAMES)
def test_every_measure_gives_finite_numbers_twice_the_same(name, make):
    assert known(find("turbulence"), "measures", name).takes[0] in ("UpscaleContext", "GridContext")
    entry = import_module(module(find("turbulence"), "measures", name))
    found, again = (entry.measure(_subject(make())) for _ in range(2))
    text = json.dumps(found)
    assert found == again == json.loads(text) and "Infinity" not in text and "NaN" not in text


def test_all_measures_of_the_cube_are_registered():
    assert set(NAMES) <= set(entries(find("turbulence"), "measures"))


@pytest.mark.parametrize("components", ["vector", "scalar"])
def test_a_strict_net_keeps_the_action_that_it_imposes_and_breaks_the_other(components):
    found = cube_equivariance.measure(_subject(_strict(components)))
    kept, broken = found[components], found[{"vector": "scalar", "scalar": "vector"}[components]]
    assert kept["relative"] < 1e-5 and broken["relative"] > 0.01
    share = cube_decomposition.measure(_subject(_strict(components)))["share"]
    assert (share < 1e-9) if components == "vector" else (share > 1e-4)


def test_errors_of_all_rotations_are_told():
    found = cube_equivariance.measure(_subject(_plain()), samples=1)["vector"]
    assert len(found["by_element"]) == 24 and found["by_element"][0] == 0
    assert min(found["by_element"][1:]) > 0.01
    assert sum(found["by_element"]) / 24 == pytest.approx(found["relative"], rel=1e-12)


def test_turned_questions_are_asked_once_for_two_measures(monkeypatch):
    context, asked = _subject(_plain()), []
    predictions = context.task.predictions
    monkeypatch.setattr(context.task, "predictions", lambda *parts: asked.append(1) or predictions(*parts))
    cube_equivariance.measure(context, samples=1)
    before = len(asked)
    cube_decomposition.measure(context, samples=1)
    assert 2 * 24 - 1 <= before <= 2 * 24 and len(asked) == before


def test_strict_and_tied_kernels_are_at_no_distance():
    for network in (_strict(), _tied()):
        found = cube_distance.measure(_subject(network))
        assert len(found["by_layer"]) == len(network.layers)
        assert max(found["total"], *found["by_layer"]) < 1e-6
    assert cube_distance.measure(_subject(_trilinear())) == {"total": 0.0, "by_layer": []}


def test_relaxed_and_plain_kernels_are_at_some_distance():
    plain, relaxed = _plain(), _relaxed()
    for network, broken in ((plain, list(plain.layers)), (relaxed, [part for part in relaxed.layers if _has(part)])):
        found = cube_distance.measure(_subject(network))
        apart = {layer: share for layer, share in zip(network.layers, found["by_layer"], strict=True) if share > 1e-6}
        assert list(apart) == broken and min(apart.values()) > 0.1 and max(apart.values()) <= 1
        assert 0.1 < found["total"] <= max(apart.values())


def test_distance_of_a_kernel_with_a_known_strict_part():
    """Between scalars: a 3 in the middle, which rotations leave, and on a pair of opposite faces +4 and -4, whose mean
    over the rotations is 0: so 32 of 41."""
    network = _plain()
    middle = network.layers[1]
    with torch.no_grad():
        weight = middle.kernel.weight.zero_()
        weight[..., 1, 1, 1], weight[..., 0, 1, 1], weight[..., 2, 1, 1] = 3.0, 4.0, -4.0
    assert cube_distance.measure(_subject(network))["by_layer"][1] == pytest.approx(math.sqrt(32 / 41), rel=1e-12)


def test_tied_weights_have_not_spread_and_prefer_nothing():
    found = cube_relaxation.measure(_subject(_tied(banks=2)))
    assert found["total"] == 0 and set(found["by_layer"]) == {0.0}
    assert found["weights"] == pytest.approx([1.0] * 24)
    assert found["preferred_share"] == pytest.approx(1 / 24)


def test_weights_are_means_of_their_sizes_over_layers_and_banks():
    """All weights 1 but those of rotation 7, -4 in one bank of the first tensor: |a| over its mean is 4 / (27 / 24)."""
    network = _tied(banks=2)
    weights = _weights(network)
    with torch.no_grad():
        for weight in weights:
            weight.fill_(1.0)
        weights[0][1, 7] = -4.0
    found, banks = cube_relaxation.measure(_subject(network)), 2 * len(weights)
    own, other = (banks - 1 + 4 * 24 / 27) / banks, (banks - 1 + 24 / 27) / banks
    assert found["weights"] == pytest.approx([own if element == 7 else other for element in range(24)])
    assert found["preferred"] == 7 and found["preferred_share"] == pytest.approx(own / 24)
    spread = 23 * (1 - 19 / 24) ** 2 + (4 + 19 / 24) ** 2
    assert found["total"] == pytest.approx(math.sqrt(spread / (24 * banks + 15)))


def test_banks_of_nothing_do_not_count():
    network = _tied(banks=2)
    with torch.no_grad():
        for weight in _weights(network):
            weight.zero_()
        assert set(cube_relaxation.measure(_subject(network))) == {"total", "by_layer"}
        _weights(network)[0][0, 5] = 2.0
    found = cube_relaxation.measure(_subject(network))
    assert (found["preferred"], found["preferred_share"]) == (5, 1.0)


@pytest.mark.parametrize("make", [_trilinear, _plain, _strict])
def test_nets_without_relaxed_weights_have_none_that_spread(make):
    network = make()
    found = cube_relaxation.measure(_subject(network))
    assert found == {"total": 0.0, "by_layer": [0.0] * len(network.layers)}


def test_spread_is_that_of_planar_nets():
    context = _subject(_relaxed())
    found = cube_relaxation.measure(context)
    assert {name: found[name] for name in ("total", "by_layer")} == relaxation.measure(context)
    assert found["total"] > 0.1


def test_published_sharpness_is_the_difference_of_the_modes():
    """With one batch and one direction, nothing perturbed: the loss in train mode against that in eval mode."""
    network = _plain()
    for layer in network.norms:
        layer.norm.running_var.fill_(3.0)
    context = _subject(network)
    batch = context.training_sample(3)
    with torch.no_grad():
        still = context.task.loss(network, batch)
        moving = context.task.loss(network.train(), batch)
    network = _plain()
    for layer in network.norms:
        layer.norm.running_var.fill_(3.0)
    found = published.measure(_subject(network), windows=3, batch_size=3, directions=1)
    assert found["control"] == pytest.approx(abs(moving - still).item(), rel=1e-4) and found["control"] > 0.01
    assert not network.training and network.norms[0].norm.running_var.unique().tolist() == [3.0]


def test_published_sharpness_of_nets_without_norm_or_weights():
    found = published.measure(_subject(_strict(norm="none")), windows=4, batch_size=3, directions=2)
    assert found["control"] < 1e-5 < found["published"][0] < found["published"][-1]  # float32: batches of 3 against 4
    assert published.measure(_subject(_trilinear())) == {}
