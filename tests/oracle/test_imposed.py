"""Known answers of imposed symmetry: sorting, means over groups element by element, random permutations; float64."""

from itertools import permutations

import numpy as np
import pytest
import torch
from torch.nn import functional

from equidyn.core.errors import EquidynError
from equidyn.domains.sets.impose import canonical, sampled, symmetrized
from equidyn.domains.sets.impose.wrapper import predictions
from equidyn.domains.sets.models import intrinsic, mlp, transformer
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType, moved

LOGIT = Invariants(1)
KLEIN = [[1, 0, 3, 2], [2, 3, 0, 1]]
SHIFTS = [np.roll(np.arange(10), -shift) for shift in range(10)]
ORDERS = [np.array(order) for order in permutations(range(4))]
FOUR = [np.array(order) for order in ([0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0])]
GROUPS = {  # options of symmetrized -> every element, listed by hand
    "cyclic": ({}, SHIFTS),
    "symmetric": ({"group": "symmetric"}, ORDERS),
    "generated": ({"group": "generated", "generators": KLEIN}, FOUR),
}


def _net(points: int, family: str = "mlp") -> torch.nn.Module:
    torch.manual_seed(2)
    inputs = SetType(points, 5)
    if family == "mlp":
        return mlp.build(inputs, LOGIT, hidden=16).double()
    return transformer.build(inputs, LOGIT, width=8, heads=2, positions=family).double()


def _sets(points: int, count: int = 6) -> torch.Tensor:
    return torch.randn(count, points, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def _shuffled(sets: torch.Tensor, seed: int) -> torch.Tensor:
    """Each set in an order of its own."""
    orders = symmetric(sets.shape[1]).random(len(sets), np.random.default_rng(seed))
    return torch.stack([points[order] for points, order in zip(sets, orders, strict=True)])


def _with_ties(sets: torch.Tensor) -> torch.Tensor:
    """Points that share their first number, their first three, or all; and zeros of both signs."""
    sets = sets.clone()
    sets[1, 3, 0] = sets[1, 7, 0]
    sets[2, :5, :3] = sets[2, 0, :3]
    sets[3, 4] = sets[3, 9] = sets[3, 0]
    sets[4] = sets[4].sign()
    sets[5, ::2, :2], sets[5, 1::2, :2] = 0.0, -0.0
    return sets


# canonical


@pytest.mark.parametrize("ties", [False, True])
def test_sorted_sets_give_the_same_bits_in_any_order(ties):
    sets = _with_ties(_sets(10)) if ties else _sets(10)
    network = canonical.impose(_net(10), SetType(10, 5))
    answer = network(sets)
    assert all(torch.equal(network(_shuffled(sets, seed)), answer) for seed in range(20))
    assert not torch.equal(network.network(_shuffled(sets, 0)), network.network(sets))


def test_the_order_is_that_of_python_lists():
    sets = _with_ties(_sets(10))
    for ours, points in zip(canonical.lexicographic(sets).tolist(), sets.tolist(), strict=True):
        assert ours == sorted(points)


def test_zeros_lose_their_sign():
    """A network that could tell the two apart is fed one of them only."""
    zeros = canonical.lexicographic(torch.tensor([[[0.0], [-0.0]]]))
    assert (1 / zeros).tolist() == [[[float("inf")], [float("inf")]]]


def test_sorting_passes_gradients_to_the_points_they_come_from():
    sets = _sets(10).requires_grad_()
    weights = torch.arange(10.0, dtype=torch.float64)[:, None]
    (slope,) = torch.autograd.grad((weights * canonical.lexicographic(sets)).sum(), sets)
    assert torch.equal(slope[..., 0].sort(1).values, weights[:, 0].expand(6, -1))
    assert torch.equal(slope.gather(1, sets[..., :1].argsort(1).expand_as(sets)), weights.expand_as(sets))


# symmetrized


@pytest.mark.parametrize("family", ["mlp", "learned"])
@pytest.mark.parametrize("chunk", [1, 7, 10_000])
@pytest.mark.parametrize("group", GROUPS)
def test_the_mean_is_that_of_a_loop_over_the_elements(group, chunk, family):
    options, elements = GROUPS[group]
    points = len(elements[0])
    network, sets = _net(points, family), _sets(points)
    expected = sum(network(sets[:, element]) for element in elements) / len(elements)
    ours = symmetrized.impose(network, SetType(points, 5), **options, chunk=chunk)
    assert (ours(sets) - expected).abs().max() <= 1e-12
    with torch.no_grad():
        assert (ours(sets) - expected).abs().max() <= 1e-12


@pytest.mark.parametrize("group", GROUPS)
def test_the_mean_is_invariant_under_its_group(group):
    options, elements = GROUPS[group]
    points, sets = len(elements[0]), _sets(len(elements[0]))
    network = symmetrized.impose(_net(points), SetType(points, 5), **options)
    assert network.strict
    assert network.imposed.order == len(elements)
    gaps = [network(sets[:, element]) - network(sets) for element in elements]
    assert max(gap.abs().max() for gap in gaps) <= 1e-12


@pytest.mark.parametrize("group", ["cyclic", "generated"])
def test_and_under_no_larger_one(group):
    options, elements = GROUPS[group]
    points, sets = len(elements[0]), _sets(len(elements[0]))
    network = symmetrized.impose(_net(points), SetType(points, 5), **options)
    exchanged = [1, 0, *range(2, points)]
    assert (network(sets[:, exchanged]) - network(sets)).abs().max() > 1e-3


def test_the_mean_over_a_group_absorbs_that_over_a_subgroup():
    """S_4 contains the Klein four-group."""
    inputs, sets = SetType(4, 5), _sets(4)
    once = symmetrized.impose(_net(4), inputs, group="symmetric")
    small = symmetrized.impose(_net(4), inputs, group="generated", generators=KLEIN)
    twice = symmetrized.impose(small, inputs, group="symmetric")
    assert (twice(sets) - once(sets)).abs().max() <= 1e-12


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"group": "symmetric"}, "S_10 has 3,628,800 elements, and at most 1,000"),
        ({"group": "generated", "generators": KLEIN}, "permutes 4 points; the sets have 10"),
        ({"group": "generated", "generators": [[0, 0, 1]]}, r"generator 1, \[0, 0, 1\], is no permutation"),
        ({"group": "generated"}, "at least one generator"),
    ],
)
def test_groups_that_cannot_be_averaged_over_are_refused_in_words(options, words):
    with pytest.raises(EquidynError, match=words):
        symmetrized.impose(_net(10), SetType(10, 5), **options)


# what the chunks are for


def _derivatives(chunk: int, family: str, lent: float) -> list[torch.Tensor]:
    """Gradient of a loss, and two products of its Hessian, at weights `lent` away from those of the network."""
    inputs, sets = SetType(4, 5), _sets(4)
    network = symmetrized.impose(_net(4, family), inputs, group="symmetric", chunk=chunk)
    shapes = {name: weight.shape for name, weight in network.named_parameters()}
    point = torch.cat([weight.detach().flatten() for weight in network.parameters()]) + lent
    parts = point.requires_grad_().split([shape.numel() for shape in shapes.values()])
    weights = {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}
    logits = torch.func.functional_call(network, weights, (sets,))[:, 0]
    loss = functional.binary_cross_entropy_with_logits(logits, (torch.arange(6) % 2).double())
    (slope,) = torch.autograd.grad(loss, point, create_graph=True)
    vectors = torch.randn(2, len(point), dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    products = [torch.autograd.grad(slope @ vector, point, retain_graph=True)[0] for vector in vectors]
    return [slope.detach(), *products]


@pytest.mark.parametrize("lent", [0.0, 0.1])
@pytest.mark.parametrize("family", ["mlp", "learned"])
@pytest.mark.parametrize("chunk", [4, 40])
def test_derivatives_through_chunks_are_those_of_the_whole(chunk, family, lent):
    """Also if the weights are only lent for the forward pass, as measures do: what is made again must use those."""
    for ours, whole in zip(_derivatives(chunk, family, lent), _derivatives(10_000, family, lent), strict=True):
        assert whole.norm() > 0
        assert (ours - whole).norm() <= 1e-12 * whole.norm()


def test_chunks_keep_no_graph():
    """Between forward and backward pass, what is saved does not grow with the group."""
    sizes = {}
    for chunk in (24, 10_000):
        network, saved = symmetrized.impose(_net(4), SetType(4, 5), group="symmetric", chunk=chunk), []
        with torch.autograd.graph.saved_tensors_hooks(lambda tensor, to=saved: to.append(tensor.numel()), lambda _: _):
            network(_sets(4))
        sizes[chunk] = sum(saved)
    assert sizes[24] < sizes[10_000] / 10


# sampled


def test_the_mean_is_over_the_drawn_permutations():
    network, sets = sampled.impose(_net(10), SetType(10, 5), count=5, draw="fixed"), _sets(10)
    assert sorted(map(sorted, network.elements.tolist())) == [list(range(10))] * 5
    expected = sum(network.network(sets[:, element]) for element in network.elements) / 5
    assert (network(sets) - expected).abs().max() <= 1e-12
    assert torch.equal(network(sets), network(sets))
    assert torch.equal(network.train()(sets), network.eval()(sets))


def test_fresh_draws_differ_between_calls_and_repeat_with_seed_and_epoch():
    network, sets = sampled.impose(_net(10), SetType(10, 5), count=3), _sets(10)

    def three_calls(seed: int, epoch: int) -> torch.Tensor:
        network.begin(seed, epoch)
        return torch.stack([network(sets) for _ in range(3)])

    first = three_calls(1, 4)
    assert (first[0] - first[1]).abs().max() > 1e-3
    assert torch.equal(three_calls(1, 4), first)
    assert all((three_calls(*other) - first).abs().amax((1, 2)).min() > 1e-3 for other in ((1, 5), (2, 4)))
    network.eval()
    assert torch.equal(three_calls(1, 4), three_calls(2, 5))


def test_many_draws_come_near_the_mean_over_all_orders():
    """The standard error of 4,000 draws; and permutations are drawn evenly."""
    inputs, sets = SetType(4, 5), _sets(4)
    exact = symmetrized.impose(_net(4), inputs, group="symmetric")(sets)
    network = sampled.impose(_net(4), inputs, count=4000)
    each = predictions(network.network, sets, network.elements)
    error = each.std(1) / 4000**0.5
    assert ((network(sets) - exact).abs() <= 4 * error).all()
    assert np.unique(network.elements.numpy(), axis=0).shape == (24, 4)


def test_draws_impose_nothing_exactly_but_spoil_nothing_either():
    network, sets = sampled.impose(_net(10), SetType(10, 5)).eval(), _sets(10)
    assert not network.strict
    assert network.imposed == SetGroup(trivial(10), trivial(5))
    assert (network(_shuffled(sets, 0)) - network(sets)).abs().max() > 1e-3
    around = sampled.impose(intrinsic.build(SetType(10, 5), LOGIT, hidden=4).double(), SetType(10, 5))
    assert around.strict
    assert around.imposed.name == "S_10"
    assert (around(_shuffled(sets, 0)) - around(sets)).abs().max() <= 1e-12


# transformer


@pytest.mark.parametrize("positions", ["none", "learned", "sinusoidal"])
def test_only_positions_tell_points_apart(positions):
    network, sets = _net(10, positions), _sets(10)
    gaps = [network(moved(sets, move)) - network(sets) for move in SetGroup(symmetric(10), trivial(5)).generators()]
    gap = max(gap.abs().max() for gap in gaps)
    assert network.strict == (positions == "none")
    assert network.imposed.name == ("S_10" if positions == "none" else "trivial")
    assert gap <= 1e-12 if positions == "none" else gap > 1e-3


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_attention_is_that_of_torch(heads):
    """One head after the other, by torch's own kernel."""
    torch.manual_seed(0)
    layer, tokens = transformer.Attention(8, heads).double(), torch.randn(3, 6, 8, dtype=torch.float64)
    queries, keys, values = layer.asked(tokens).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    found = functional.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).flatten(2)
    torch.testing.assert_close(layer(tokens), layer.mixed(found), rtol=0, atol=1e-13)
