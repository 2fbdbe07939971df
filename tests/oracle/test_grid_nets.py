"""Every family of nets on grids is exact under every group it is given: quarter turns, reflections, half turns of
rectangles, rotations of a cube; relaxed ones are so while they are tied, or faded out."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from toy import randomised
from toy_volumes import awake

from equidyn.core.models.check import errors, relative_errors
from equidyn.core.models.network import Network
from equidyn.domains.smoke.models import cnn, e2cnn, gcnn, rgroup, rsteer
from equidyn.domains.turbulence.models import cnn as volume_cnn
from equidyn.domains.turbulence.models import gcnn as volume_gcnn
from equidyn.domains.turbulence.models import rgcnn as volume_rgcnn
from equidyn.grids.layers import distances
from equidyn.grids.relaxations import anneal
from equidyn.symmetry.fields import BoxType, FieldType
from equidyn.symmetry.groups import C2, C4, CUBE, D4, Group, generated


def _annealed(build: "Build") -> "Build":
    return lambda *ends, **options: anneal.relax(build(*ends, **options))


GROUPS = {"C2": C2, "C4": C4, "D4": D4, "mirror": generated("mirror", [[[-1, 0], [0, 1]]]), "cube": CUBE}
STACKS = {"gcnn": gcnn.build, "e2cnn": e2cnn.build, "anneal": _annealed(gcnn.build)}
TIED = {"rgroup": rgroup.build, "rsteer": rsteer.build}
REFINING = {
    "volume_gcnn": volume_gcnn.build,
    "volume_gcnn-scalar": partial(volume_gcnn.build, components="scalar"),
    "volume_anneal": _annealed(volume_gcnn.build),
}
TIED_REFINING = {
    "volume_rgcnn": partial(volume_rgcnn.build, banks=2),
    "volume_rgcnn-spatial": partial(volume_rgcnn.build, relax_spatial=True),
}
PLANAR = ("e2cnn", "rsteer")  # harmonics are of the plane
Build = Callable[..., Network]


def _cases(builds: dict[str, Build]) -> pytest.MarkDecorator:
    cases = [
        pytest.param(build, group, id=f"{family}-{name}")
        for family, build in builds.items()
        for name, group in GROUPS.items()
        if not (family in PLANAR and name == "cube")
    ]
    return pytest.mark.parametrize(("build", "group"), cases)


def _stack(build: Build, group: Group, norm: str) -> Network:
    torch.manual_seed(1)
    inputs, outputs = FieldType(group, "vector", 2), FieldType(group, "vector", 1)
    return build(inputs, outputs, hidden=2, layers=3, norm=norm).double()


def _refining(build: Build, group: Group, norm: str, periodic: bool) -> Network:
    torch.manual_seed(1)
    ends = BoxType(group, "vector", 3, 1, periodic), BoxType(group, "vector", 1, 2, periodic)
    return build(*ends, hidden=[2, 1], norm=norm, residual=False).double()


def _ends(network: Network, group: Group) -> tuple[FieldType, FieldType]:
    given = FieldType(group, "vector", 2), FieldType(group, "vector", 1)
    return network.imposed_inputs or given[0], network.imposed_outputs or given[1]


def _largest(network: Network, group: Group) -> float:
    """On odd and even grids, rectangular where the group allows it, in both modes, after statistics have moved."""
    ends = _ends(network, group)
    shapes = list(ends[0].example_shapes().values())
    assert all((len(set(shape[2:])) > 1) == (group in (C2, GROUPS["mirror"])) for shape in shapes)
    for _ in range(20):  # so that the running averages are about those of a batch
        network.train()(torch.randn(shapes[1], dtype=torch.float64))
    return max(error for mode in (True, False) for error in errors(network.train(mode), *ends).values())


@pytest.mark.parametrize("norm", ["none", "batch"])
@_cases(STACKS)
def test_strict_stacks_are_exact(build, group, norm):
    network = randomised(_stack(build, group, norm), seed=1)
    assert network.strict and _largest(network, group) <= 1e-12


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("norm", ["none", "batch"])
@_cases(REFINING)
def test_strict_refining_nets_are_exact(build, group, norm, periodic):
    network = awake(_refining(build, group, norm, periodic))
    assert network.strict and _largest(network, group) <= 1e-12


@_cases(TIED)
def test_relaxed_stacks_are_exact_while_tied(build, group):
    network = _stack(build, group, "batch")
    assert _largest(network, group) <= 1e-12
    assert not network.strict and _largest(randomised(network, seed=1), group) > 1e-3


@_cases(TIED_REFINING)
def test_relaxed_refining_nets_are_exact_while_tied(build, group):
    network = _refining(build, group, "batch", True)
    assert _largest(network, group) <= 1e-12
    assert not network.strict and _largest(awake(network), group) > 1e-3


@pytest.mark.parametrize("norm", ["none", "batch"])
@_cases({"anneal": _annealed(gcnn.build)})
def test_an_annealed_stack_breaks_the_symmetry_and_a_settled_one_does_not(build, group, norm):
    _assert_fades(randomised(_stack(build, group, norm), seed=1), group)


@_cases({"volume_anneal": REFINING["volume_anneal"]})
def test_an_annealed_refining_net_breaks_the_symmetry_in_every_factor_and_settled_in_none(build, group):
    network = awake(_refining(build, group, "batch", True))
    network.relax(1.0)
    gaps = [(whole - part).norm() / whole.norm() for layer in network.layers for whole, part in layer.strict_parts()]
    assert len(gaps) == 1 + 2 * 3 + 1 and min(gaps) > 0.1
    _assert_fades(network, group)


def _assert_fades(network: Network, group: Group) -> None:
    network.relax(1.0)
    assert _largest(network, group) > 1e-2
    ends = _ends(network.eval(), group)
    values = torch.randn(next(iter(ends[0].example_shapes().values())), dtype=torch.float64)
    deployed = network.deployed()
    assert not deployed.training and not deployed.anneals
    assert relative_errors(deployed, values, *ends)[""] <= 1e-12
    network.relax(0.0)
    assert torch.equal(deployed(values), network(values))


@_cases({"cnn": cnn.build})
def test_plain_stacks_are_not(build, group):
    assert _largest(randomised(_stack(build, group, "none"), seed=1), group) > 1e-3


@_cases({"volume_cnn": volume_cnn.build})
def test_plain_refining_nets_are_not(build, group):
    assert _largest(awake(_refining(build, group, "batch", True)), group) > 1e-3


@_cases({"volume_gcnn": REFINING["volume_gcnn"], "volume_gcnn-scalar": REFINING["volume_gcnn-scalar"]})
def test_components_taken_for_scalars_are_another_symmetry(build, group):
    """A net that is exact under one is not so under the other."""
    network = awake(_refining(build, group, "batch", True))
    other = (network.inputs, network.outputs)
    if network.components == "vector":
        other = tuple(end.as_scalars() for end in other)
    assert max(errors(network, *other).values()) > 1e-3


@pytest.mark.parametrize("builds", [(gcnn.build, _annealed(gcnn.build))])
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("group", [C4, D4, CUBE], ids=lambda group: group.name)
def test_a_fresh_annealed_stack_is_the_strict_one_of_the_same_seed_to_the_bit(group, norm, builds):
    _assert_same_start([_stack(build, group, norm).float() for build in builds], FieldType(group, "vector", 2))


@pytest.mark.parametrize("components", ["vector", "scalar"])
@pytest.mark.parametrize("group", [C4, D4, CUBE], ids=lambda group: group.name)
def test_a_fresh_annealed_refining_net_is_the_strict_one_of_the_same_seed_to_the_bit(group, components):
    nets = [
        _refining(partial(build, components=components), group, "batch", True).float()
        for build in (volume_gcnn.build, _annealed(volume_gcnn.build))
    ]
    _assert_same_start(nets, nets[0].inputs)


def _assert_same_start(nets: list[Network], inputs: FieldType) -> None:
    values = torch.randn(next(iter(inputs.example_shapes().values())))
    for share in (0.0, 1.0):  # the free parts start at 0
        nets[1].relax(share)
        assert torch.equal(nets[0](values), nets[1](values))


@pytest.mark.parametrize("options", [{}, {"relax_spatial": True}], ids=str)
@pytest.mark.parametrize("group", [C4, CUBE], ids=lambda group: group.name)
def test_with_one_bank_a_relaxed_net_starts_as_the_strict_one_of_the_same_seed_to_the_bit(group, options):
    builds = (volume_gcnn.build, partial(volume_rgcnn.build, **options))
    nets = [_refining(build, group, "batch", True).float() for build in builds]
    values = torch.randn(1, 3 * group.dimension, *[3] * group.dimension)
    assert torch.equal(nets[0](values), nets[1](values))


def test_without_norm_too_relaxed_weights_that_are_alike_are_strict_whatever_the_filters():
    network = awake(_refining(partial(volume_rgcnn.build, banks=2, relax_spatial=True), D4, "none", True))
    for layer in network.layers[:-1]:
        for weights in layer.relaxed_weights():
            weights.data[:] = weights.data[:, :1]
    assert _largest(network, D4) <= 1e-12
    gaps = [(whole - part).norm() / whole.norm() for layer in network.layers for whole, part in layer.strict_parts()]
    assert max(gaps) <= 1e-14


PUBLISHED = {"vector_action": "published"}


def _published_quarter(field: torch.Tensor) -> torch.Tensor:
    """Pixels a quarter turn counter-clockwise, y growing with the row, and vectors one clockwise."""
    x, y = field.rot90(-1, (-2, -1)).unflatten(1, (-1, 2)).unbind(2)
    return torch.stack([y, -x], dim=2).flatten(1, 2)


def _misses(network: Network, turn: Callable[[torch.Tensor], torch.Tensor]) -> float:
    """max |f(g x) - g f(x)| / max |f(x)| over both modes, with batch norm that has seen something."""
    values = torch.randn(2, 4, 9, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    network.train()(values)
    pairs = [(network.train(mode)(turn(values)), turn(network(values))) for mode in (True, False)]
    return max(((one - other).abs().max() / other.abs().max()).item() for one, other in pairs)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_net_under_a_subgroup_commutes_with_it_alone(norm):
    network = randomised(_stack(partial(gcnn.build, group="C2"), C4, norm), seed=1)
    field = FieldType(C4, "vector", 1)

    def turn(values: torch.Tensor, turns: int) -> torch.Tensor:
        return field.of("vector", values.shape[1] // 2).act(values, turns)

    assert _misses(network, partial(turn, turns=2)) <= 1e-12
    assert min(_misses(network, partial(turn, turns=turns)) for turns in (1, 3)) > 1e-2


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_net_with_the_published_sign_commutes_with_the_published_action_alone(norm):
    network = randomised(_stack(partial(gcnn.build, **PUBLISHED), C4, norm), seed=1)
    assert _misses(network, _published_quarter) <= 1e-12
    assert _misses(network, lambda values: -_published_quarter(values)) > 1e-2  # the true quarter turn
    true = randomised(_stack(gcnn.build, C4, norm), seed=1)
    assert _misses(true, _published_quarter) > 1e-2
    assert _misses(true, lambda values: -_published_quarter(values)) <= 1e-12


@pytest.mark.parametrize("options", [{"group": "C2"}, PUBLISHED], ids=str)
def test_a_wrong_net_and_its_nearest_strict_net_keep_what_they_impose(options):
    """Distance and projection are by the fields of the layers, so that they know of no other symmetry."""
    network = randomised(_stack(partial(gcnn.build, **options), C4, "none"), seed=1)
    nearest = network.projected()
    assert nearest.imposed_inputs == network.imposed_inputs != FieldType(C4, "vector", 2)
    values = torch.randn(1, 4, 9, 9, dtype=torch.float64)
    torch.testing.assert_close(nearest(values), network(values), rtol=1e-12, atol=1e-12)
    assert distances(network.layers)["total"] <= 1e-12


def test_half_turns_do_not_tell_the_two_signs_apart():
    nets = [_stack(partial(gcnn.build, group="C2", **options), C4, "none") for options in ({}, PUBLISHED)]
    values = torch.randn(1, 4, 9, 9, dtype=torch.float64)
    assert torch.equal(nets[0](values), nets[1](values))
