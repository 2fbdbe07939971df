"""The networks on sets that are invariant by their layers: invariance, parameters, cost, gradients, options."""

import numpy as np
import pytest
import torch

from equidyn.domains.sets.models import intrinsic, intrinsic_exchangeable, variance
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType, moved

INPUTS, LOGIT = SetType(6, 4), Invariants(1)
BUILDS = {
    "intrinsic": lambda: intrinsic.build(INPUTS, LOGIT, hidden=5),
    "intrinsic, sums": lambda: intrinsic.build(INPUTS, LOGIT, hidden=5, averaging=False),
    "intrinsic, one layer": lambda: intrinsic.build(INPUTS, LOGIT, hidden=5, layers=1),
    "exchangeable": lambda: intrinsic_exchangeable.build(INPUTS, LOGIT, hidden=5),
    "exchangeable, sums": lambda: intrinsic_exchangeable.build(INPUTS, LOGIT, hidden=5, averaging=False),
    "variance": lambda: variance.build(INPUTS, LOGIT),
    "variance, random": lambda: variance.build(INPUTS, LOGIT, start="random"),
}


@pytest.fixture(params=BUILDS)
def network(request):
    torch.manual_seed(3)
    return BUILDS[request.param]().double()


@pytest.fixture
def sets():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(7, INPUTS.points, INPUTS.dimensions, dtype=torch.float64, generator=generator)


def _gap(network, sets, group) -> float:
    """max_g ||f(g x) - f(x)|| / ||f(x)|| over generators and random elements."""
    moves = group.generators() + group.random(10, np.random.default_rng(0))
    answer = network(sets)
    return max(((network(moved(sets, move)) - answer).norm() / answer.norm()).item() for move in moves)


def test_float32_by_default():
    assert {parameter.dtype for build in BUILDS.values() for parameter in build().parameters()} == {torch.float32}


def test_strict_means_exactly_invariant(network, sets):
    assert network.strict
    assert _gap(network, sets, network.imposed) <= 1e-12


def test_imposed_groups():
    points, both = SetGroup(symmetric(6), trivial(4)), SetGroup(symmetric(6), symmetric(4))
    assert {name: build().imposed for name, build in BUILDS.items()} == {
        name: points if name.startswith("intrinsic") else both for name in BUILDS
    }


@pytest.mark.parametrize("name", ["intrinsic", "intrinsic, sums"])
def test_deep_sets_do_not_exchange_dimensions(name, sets):
    torch.manual_seed(3)
    assert _gap(BUILDS[name]().double(), sets, SetGroup(trivial(6), symmetric(4))) > 1e-3


@pytest.mark.parametrize("name", ["intrinsic", "exchangeable", "variance", "variance, random"])
def test_points_are_seen_together(name, sets):
    """The answer is no mean over points of what one point gives alone, as it would be without pools in the layers."""
    torch.manual_seed(3)
    network = BUILDS[name]().double()
    whole, halves = network(sets), network(sets[:, :3]) + network(sets[:, 3:])
    assert ((halves / 2 - whole).norm() / whole.norm()).item() > 1e-3


def test_a_set_of_one_point_is_no_symmetry():
    assert not intrinsic.build(SetType(1, 4), LOGIT, hidden=3).strict
    assert intrinsic_exchangeable.build(SetType(1, 4), LOGIT, hidden=3).strict


def test_the_variance_of_one_point_is_refused():
    with pytest.raises(ValueError, match="one point have no variance"):
        variance.build(SetType(1, 4), LOGIT)


COUNTS = {
    "intrinsic": 2 * (4 * 5 + 5 * 5 + 5 * 5) + 3 * 5 + 5 + 1,
    "intrinsic, one layer": 2 * 4 * 5 + 5 + 5 + 1,
    "exchangeable": 4 * (5 + 5 * 5 + 5 * 5) + 3 * 5 + 5 + 1,
    "variance": 5,
}
# Entries of the pools of a set, times channels in and out; and the output.
MULTIPLY_ADDS = {
    "intrinsic": (6 + 1) * (4 * 5 + 5 * 5 + 5 * 5) + 5,
    "intrinsic, one layer": (6 + 1) * 4 * 5 + 5,
    "exchangeable": (6 * 4 + 6 + 4 + 1) * (5 + 5 * 5 + 5 * 5) + 5,
    "variance": 4 * (6 + 1) + 1,
}


@pytest.mark.parametrize("name", COUNTS)
def test_parameters_and_multiply_adds(name):
    network = BUILDS[name]()
    assert sum(parameter.numel() for parameter in network.parameters()) == COUNTS[name]
    assert network.multiply_adds() == MULTIPLY_ADDS[name]


@pytest.mark.parametrize("family", [intrinsic, intrinsic_exchangeable])
def test_sums_start_from_the_weights_of_means(family, sets):
    """The ablation changes the pooling alone; a set said twice doubles a sum and leaves a mean."""
    found = {}
    for averaging in (True, False):
        torch.manual_seed(0)
        found[averaging] = family.build(INPUTS, LOGIT, hidden=8, layers=1, averaging=averaging).double()
    means, sums = found[True], found[False]
    pairs = zip(means.parameters(), sums.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    twice = torch.cat([sets, sets], dim=1)
    assert (means(twice) - means(sets)).abs().max() <= 1e-12
    assert (sums(twice) - sums(sets)).abs().min() > 1e-2


def test_sums_grow_with_the_set():
    """Logits of means stay of order one; those of sums over 10 x 5 numbers are far out where the sigmoid is flat."""
    inputs = SetType(10, 5)
    sets = torch.randn(200, 10, 5, generator=torch.Generator().manual_seed(1))
    sizes = {}
    for averaging in (True, False):
        torch.manual_seed(0)
        network = intrinsic_exchangeable.build(inputs, LOGIT, hidden=16, averaging=averaging)
        sizes[averaging] = network(sets).abs().median().item()
    assert sizes[True] < 1
    assert sizes[False] > 100 * sizes[True]


def test_variance_starts():
    """`exact` leaves nothing to chance, and `random` starts elsewhere at each seed."""
    torch.manual_seed(0)
    first, second = (torch.cat([p.flatten() for p in BUILDS["variance"]().parameters()]) for _ in range(2))
    assert first.tolist() == second.tolist() == [1.0, 0.0, 1.0, -1.0, 0.0]
    random = [torch.cat([p.flatten() for p in BUILDS["variance, random"]().parameters()]) for _ in range(2)]
    assert not torch.equal(*random)
    assert 0 < random[0].abs().max() <= 1
