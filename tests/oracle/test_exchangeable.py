"""Exchangeable layers against the orbits that define them, and the network that computes a variance."""

from itertools import product

import numpy as np
import pytest
import torch

from equidyn.domains.sets.models.exchangeable import ExchangeableLinear, invariant
from equidyn.domains.sets.models.variance import build
from equidyn.symmetry.sets import Invariants, SetType
from equidyn.symmetry.sharing import sharing

SIZES = [(5,), (4, 3), (3, 2, 4), (2, 2, 2, 2), (1,), (3, 1)]


def layer(sizes, averaging, channels=(3, 2)) -> ExchangeableLinear:
    torch.manual_seed(0)
    return ExchangeableLinear(*channels, len(sizes), averaging=averaging).double()


def noise(*shape) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def permuted(values, sizes, rng):
    """Each symmetric axis in a random order of its own."""
    orders = [torch.from_numpy(rng.permutation(size)) for size in sizes]
    for axis, order in enumerate(orders):
        values = values.index_select(2 + axis, order)
    return values, orders


@pytest.mark.parametrize("averaging", [True, False])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_layer_is_its_dense_matrix(sizes, averaging):
    """On every basis vector, that is on the identity matrix as a batch, with the bias taken off."""
    one = layer(sizes, averaging)
    entries = int(np.prod(sizes))
    basis = torch.eye(3 * entries, dtype=torch.float64).reshape(-1, 3, *sizes)
    columns = one(basis) - one.bias.view(-1, *[1] * len(sizes))
    dense = one.matrix(sizes).reshape(2 * entries, 3 * entries)
    assert (columns.flatten(1).T - dense).abs().max() <= 1e-12


@pytest.mark.parametrize("averaging", [True, False])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_dense_matrix_is_constant_on_orbits_and_only_there(sizes, averaging):
    labels = sharing(sizes)
    dense = layer(sizes, averaging).matrix(sizes).detach().permute(1, 3, 0, 2).numpy()
    values = [np.unique(dense[labels == label].reshape(-1, 6), axis=0) for label in np.unique(labels)]
    assert [len(value) for value in values] == [1] * len(values)
    assert len(np.unique(np.concatenate(values), axis=0)) == len(values)


@pytest.mark.parametrize("averaging", [True, False])
@pytest.mark.parametrize("sizes", [(2,), (5,), (2, 2), (4, 3), (2, 2, 2), (3, 2, 4), (2, 2, 3, 2)], ids=str)
def test_the_maps_span_exactly_the_equivariant_ones(sizes, averaging):
    """2^k independent maps, and together with the indicators of the 2^k orbits still of rank 2^k."""
    one = layer(sizes, averaging, channels=(1, 1))
    maps = []
    for subset in range(2 ** len(sizes)):
        one.weight.data.zero_()
        one.weight.data[subset] = 1
        entries = int(np.prod(sizes))
        basis = torch.eye(entries, dtype=torch.float64).reshape(-1, 1, *sizes)
        maps.append((one(basis) - one.bias).detach().flatten().numpy())
    orbits = [np.equal(sharing(sizes), label).ravel() for label in range(2 ** len(sizes))]
    assert np.linalg.matrix_rank(np.stack(maps)) == 2 ** len(sizes)
    assert np.linalg.matrix_rank(np.concatenate([maps, orbits]).astype(float)) == 2 ** len(sizes)


@pytest.mark.parametrize("averaging", [True, False])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_layer_and_pool_commute_with_permutations(sizes, averaging):
    one, values = layer(sizes, averaging), noise(2, 3, *sizes)
    moved, orders = permuted(values, sizes, np.random.default_rng(0))
    expected = one(values)
    for axis, order in enumerate(orders):
        expected = expected.index_select(2 + axis, order)
    assert (one(moved) - expected).abs().max() <= 1e-12
    gap = invariant(moved, averaging=averaging) - invariant(values, averaging=averaging)
    assert gap.abs().max() <= 1e-12


def test_the_layer_written_out_for_a_matrix():
    """Hartford et al. 2018, equation for two axes: entry, column mean, row mean, mean; bit a pools axis a."""
    one, values = layer((4, 3), True), noise(2, 3, 4, 3)
    pools = [values, values.mean(2, keepdim=True), values.mean(3, keepdim=True), values.mean((2, 3), keepdim=True)]
    expected = sum(torch.einsum("oi,binm->bonm", weight, pool) for weight, pool in zip(one.weight, pools, strict=True))
    assert (one(values) - expected - one.bias.view(-1, 1, 1)).abs().max() <= 1e-14


def test_sums_are_means_times_sizes():
    means, sums, values = layer((4, 3), True), layer((4, 3), False), noise(2, 3, 4, 3)
    sums.weight.data = means.weight.data / torch.tensor([1.0, 4.0, 3.0, 12.0]).view(4, 1, 1)
    assert (means(values) - sums(values)).abs().max() <= 1e-14
    assert (invariant(values) * 12 - invariant(values, averaging=False)).abs().max() <= 1e-13
    assert torch.equal(invariant(values), values.mean((2, 3)))


@pytest.mark.parametrize("sizes", [(5,), (4, 3), (3, 2, 4)], ids=str)
def test_multiply_adds_are_the_entries_of_the_pools(sizes):
    one = layer(sizes, True)
    entries = sum(
        int(np.prod([n for n, kept in zip(sizes, keep, strict=True) if kept]))
        for keep in product((0, 1), repeat=len(sizes))
    )
    assert one.multiply_adds(sizes) == 6 * entries
    assert sum(pool[0, 0].numel() for pool in one._pools(noise(1, 3, *sizes))) == entries


@pytest.mark.parametrize(("axes", "weights"), [(1, 2), (2, 4), (3, 8)])
def test_weights_per_pair_of_channels(axes, weights):
    assert ExchangeableLinear(1, 1, axes).weight.numel() == weights


def test_gradients_of_both_orders_are_right():
    """Against differences, through inputs and weights."""
    one = layer((3, 2), True, channels=(2, 2))
    values = noise(2, 2, 3, 2).requires_grad_()
    parameters = [values, *one.parameters()]

    def answer(values, weight, bias):
        return torch.func.functional_call(one, {"weight": weight, "bias": bias}, (values,)).tanh()

    assert torch.autograd.gradcheck(answer, parameters)
    assert torch.autograd.gradgradcheck(answer, parameters)


@pytest.mark.parametrize(("points", "dimensions"), [(10, 5), (2, 1), (3, 4), (50, 7)])
def test_the_variance_network_computes_the_variance(points, dimensions):
    network = build(SetType(points, dimensions), Invariants(1)).double()
    sets = 3 + 2 * noise(6, points, dimensions)
    expected = np.var(sets.numpy(), axis=1, ddof=1).mean(axis=1, keepdims=True)
    assert np.abs(network(sets).detach().numpy() - expected).max() <= 1e-12
    assert sum(parameter.numel() for parameter in network.parameters()) == 5


def test_the_variance_network_takes_the_mean_off_by_its_matrix():
    """a I + b 1 1^T / n at a = 1, b = -1 is the projection I - 1 1^T / n."""
    network = build(SetType(6, 2), Invariants(1)).double()
    matrix = network.centring.matrix([6]).detach().reshape(6, 6).numpy()
    assert np.abs(matrix - (np.eye(6) - np.ones((6, 6)) / 6)).max() <= 1e-15
    assert np.abs(matrix @ matrix - matrix).max() <= 1e-15
