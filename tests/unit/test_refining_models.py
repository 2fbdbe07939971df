"""Nets of super-resolution, one by one: grids, sizes, residual, what relaxes. What all must pass: test_models.py."""

import math
from collections.abc import Iterator
from itertools import pairwise

import pytest
import torch
from toy import built, randomised

from equidyn.core.errors import EquidynError
from equidyn.core.models import check
from equidyn.core.models.check import relative_errors
from equidyn.core.models.check_table import show
from equidyn.core.models.registry import count_parameters
from equidyn.core.params.variant import Variant
from equidyn.domains.turbulence.tasks.upscale.task import upscale_types
from equidyn.grids.upscaler import Upscaler
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE

FRAMES = 3
Spec = tuple[str, dict]
WEIGHTED: list[Spec] = [
    ("cnn", {}),
    ("gcnn", {"components": "vector"}),
    ("gcnn", {"components": "scalar"}),
    ("rgcnn", {"components": "vector"}),
]
SPECS: list[Spec] = [("trilinear", {}), *WEIGHTED]


def _named(spec: Spec) -> str:
    return "-".join([spec[0], *spec[1].values()])


def _build(spec: Spec, factor: int = 2, periodic: bool = True, seed: int = 0, **options: object) -> Upscaler:
    model, choice = spec[0], dict(spec[1])
    given = {"hidden": [2, 2, 2][: factor.bit_length()]} if model != "trilinear" else {}
    relax = choice.pop("relax", None)
    variant = Variant(model=model, options=given | choice | options, relax=relax, augment="none")
    return built("turbulence", variant, *upscale_types(FRAMES, factor, periodic), seed)


def _coarse(side: int = 3, count: int = 2, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    generator = torch.Generator().manual_seed(side)
    return torch.randn(count, 3 * FRAMES, side, side, side, generator=generator, dtype=dtype)


@pytest.fixture(params=SPECS, ids=_named)
def spec(request):
    return request.param


@pytest.fixture(params=WEIGHTED, ids=_named)
def weighted(request):
    return request.param


@pytest.fixture
def deterministic() -> Iterator[None]:
    """As training computes."""
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode(before)


@pytest.mark.parametrize("factor", [2, 4])
def test_maps_coarse_boxes_to_fine_ones_of_any_size(spec, factor):
    network = _build(spec, factor)
    for shape in ((3, 3, 3), (2, 3, 4)):
        answer = network(torch.randn(2, 3 * FRAMES, *shape))
        assert answer.shape == (2, 3, *[factor * length for length in shape])
    assert (network.inputs, network.outputs) == upscale_types(FRAMES, factor, True)


@pytest.mark.parametrize(
    ("hidden", "factor", "words"),
    [
        ([2, 2], 4, r"hidden \[2, 2\]: 2 stages make a grid 2 times as fine; the data's factor, 4, takes 3"),
        ([2, 2, 2], 1, r"hidden \[2, 2, 2\]: 3 stages make a grid 4 times as fine; the data's factor, 1, takes 1"),
        ([2, 2], 6, "the data's factor, 6, is no power of 2, so that no number of stages would do"),
    ],
)
def test_stages_that_do_not_fit_the_data_are_told(weighted, hidden, factor, words):
    with pytest.raises(EquidynError, match=words):
        _build(weighted, factor, hidden=hidden)


@pytest.mark.parametrize("components", ["vector", "scalar"])
@pytest.mark.parametrize(("side", "hidden"), [(4, [2, 1, 1]), (6, [3, 2]), (8, [1, 1])])
def test_the_group_convolutional_net_is_exact_on_larger_grids(components, side, hidden):
    """Not by its residual alone: that is exact anyway."""
    factor = 2 ** (len(hidden) - 1)
    spec = ("gcnn", {"components": components, "norm": "batch"})
    network = randomised(_build(spec, factor, hidden=hidden, residual=False).double())
    coarse = _coarse(side, count=1, dtype=torch.float64)
    assert relative_errors(network, coarse, network.imposed_inputs, network.imposed_outputs)[""] <= 1e-12


def test_the_check_says_what_is_exact_and_that_scalars_are_not_vectors(spec, capsys):
    """The latter without failing: the net does what it is meant to."""
    network = _build(spec)
    found = check.symmetry(network, network.inputs, network.outputs)
    assert found["group"] == f"cube rotations on {network.components}s"
    assert list(found["also"]) == (["cube rotations on vectors"] if network.components == "scalar" else [])
    assert all(min(cases.values()) > 1e-2 for error in found["also"].values() for cases in error["float64"].values())
    entry = found | {"study": "turbulence", "variant": spec[0]}
    assert check.failures([entry]) == []
    show([entry], by_case=False)
    assert ("also: " in capsys.readouterr().out) == (network.components == "scalar")


def test_in_bf16_answers_are_float32_and_about_the_same(spec, deterministic):
    network = _build(spec)
    expected = network(_coarse())
    with torch.autocast("cpu", torch.bfloat16):
        answer = network(_coarse())
    assert answer.dtype == torch.float32
    assert (answer - expected).norm() / expected.norm() < 0.03
    if spec in WEIGHTED:
        answer.square().mean().backward()
        assert all(parameter.grad.dtype == torch.float32 for parameter in network.parameters())


def test_layers_know_their_fields_and_their_strict_parts(weighted):
    """A strict net's weights are their own projections; those of a plain one are not."""
    network = randomised(_build(weighted))
    layers = network.layers
    assert all(isinstance(end, BoxType) for layer in layers for end in (layer.inputs, layer.outputs))
    assert all(before.outputs == after.inputs for before, after in pairwise(layers))
    assert (layers[0].inputs, layers[-1].outputs) == (network.imposed_inputs, network.imposed_outputs)
    gaps = [(whole - part).norm() / whole.norm() for layer in layers for whole, part in layer.strict_parts()]
    assert max(gaps) <= 1e-14 if network.strict else max(gaps) > 1e-2


def test_without_the_residual_the_answer_is_the_detail(weighted):
    network, alone = (_build(weighted, residual=residual).eval() for residual in (True, False))
    gap = network(_coarse()) - network.interpolated(_coarse()) - alone(_coarse())
    assert gap.abs().max() <= 1e-6


def test_the_middle_frame_is_what_is_interpolated():
    network = _build(("trilinear", {}))
    coarse = _coarse()
    changed = coarse.clone()
    changed[:, :3], changed[:, 6:] = 0, 1
    assert torch.equal(network(coarse), network(changed))
    changed[:, 4] += 1
    assert torch.allclose(network(changed)[:, 1], network(coarse)[:, 1] + 1)
    assert torch.equal(network(changed)[:, ::2], network(coarse)[:, ::2])
    assert count_parameters(network) == 0 and list(network.layers) == [] and network.strict


# At hidden [6, 4, 3] and three frames, by hand. Lift: 81 (or 27 for each of 3 components) per frame and field; per step
# a -> b: mixing 24 (a b + 2 b^2), kernels 3 * 27 b, norms 3 * 2 b; last: 81 per field. Plain: 27 per pair of channels,
# and a bias of the last layer.
LIFT, LAST = 6 * 3 * 81, 3 * 81
STEPS = 24 * (6 * 4 + 2 * 4**2) + 3 * 29 * 4 + 24 * (4 * 3 + 2 * 3**2) + 3 * 29 * 3
COUNTS = [
    ("gcnn", {"components": "vector"}, [6, 4, 3], LIFT + STEPS + LAST),
    ("gcnn", {"components": "scalar"}, [6, 4, 3], LIFT + STEPS + LAST + 3),
    ("cnn", {}, [7, 4, 3], 7 * 243 + 27 * (28 + 32 + 12 + 18) + 6 * (4 + 3) + 82 * 3),
    ("gcnn", {}, [28, 28, 28], 126_840),
    ("cnn", {}, [27, 27, 27], 127_173),
]


@pytest.mark.parametrize(("model", "choice", "hidden", "count"), COUNTS)
def test_parameter_counts(model, choice, hidden, count):
    assert count_parameters(_build((model, choice | {"norm": "batch"}), 4, hidden=hidden)) == count


# Factor 2, hidden [2, 1]: kernel entries per fine voxel; those on the coarse grid count an eighth. Interpolating costs
# 2 + 1 + 1/2 per channel: of what the upsampling layer passes on, and of the answer's three components.
WORK = [
    ("cnn", 9 * 2 * 27 / 8 + 2 * 3.5 + (2 + 1 + 1 + 3) * 27),
    ("gcnn", 9 * 48 * 27 / 8 + 48 * 24 / 8 + 24 * 3.5 + 2 * 24 * 24 + 3 * 24 * 27 + 24 * 3 * 27),
    ("trilinear", 0),
]


@pytest.mark.parametrize(("model", "work"), WORK)
def test_multiply_adds_are_counted_per_fine_voxel(model, work):
    hidden = {} if model == "trilinear" else {"hidden": [2, 1]}
    assert _build((model, {}), **hidden).multiply_adds() == math.ceil(work) + math.ceil(3 * 3.5)


RELAXED = {"hidden": [3, 2], "components": "vector"}
ANNEALED = {"relax": {"by": "anneal"}}


def test_which_weights_are_relaxed():
    plain, spatial = (
        _build(("rgcnn", RELAXED), banks=2, relax_spatial=relax_spatial).layers for relax_spatial in (False, True)
    )
    assert [len(layer.relaxed_weights()) for layer in plain] == [1] * 4 + [0]  # the lift and the inner ones
    assert [len(layer.relaxed_weights()) for layer in spatial] == [1, 2, 2, 2, 0]
    assert all(weights.shape == (2, CUBE.order) for layer in spatial for weights in layer.relaxed_weights())


def test_relaxed_weights_cost_24_parameters_each_and_banks_a_filter_each():
    def count(model: str, **options: object) -> int:
        return count_parameters(_build((model, RELAXED), **options))

    strict = count("gcnn")
    assert count("rgcnn") == strict + 4 * CUBE.order
    assert count("rgcnn", relax_spatial=True) == strict + 7 * CUBE.order
    filters = FRAMES * 3 * 81 + CUBE.order * (3 * 2 + 2 * 2 + 2 * 2)  # lift; mixing
    assert count("rgcnn", banks=2) == strict + 2 * 4 * CUBE.order + filters


def test_settled_it_is_a_volume_gcnn_with_the_weights_it_has():
    network, strict = _build(("gcnn", RELAXED | ANNEALED)), _build(("gcnn", RELAXED), seed=8)
    settled = randomised(network).deployed()
    assert count_parameters(settled) == count_parameters(strict) < count_parameters(network) / 4
    strict.load_state_dict(settled.state_dict())
    assert torch.equal(strict(_coarse()), settled(_coarse()))


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_free_parts_learn_while_they_are_let_through(share):
    network = _build(("gcnn", RELAXED | ANNEALED))
    network.relax(share)
    network(_coarse()).square().mean().backward()
    frees = [free.weight for layer in network.layers for _, free in layer.factors]
    assert len(frees) == 1 + 2 * 3 + 1
    assert all(bool(free.grad.abs().sum() > 0) == (share > 0) for free in frees)
