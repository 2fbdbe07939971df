"""Equivariant affine maps of images against representation theory: ranks, commutation, projection, variances."""

import numpy as np
import pytest
import torch

from equidyn.domains.digits.models.attention_autoencoder import build
from equidyn.domains.digits.models.orbit_linear import OrbitLinear
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.groups import C4
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.orbits import reynolds

RANKS = {(14, 6): 1764, (6, 3): 81, (3, 6): 81, (6, 14): 1764, (3, 3): 21}  # sides of inputs and outputs: published
INVARIANTS = {3: 3, 6: 9, 14: 49}
SIDES = [*RANKS, (5, 5), (4, 3), (3, 4), (1, 1), (1, 2), (2, 1), (5, 2), (28, 14)]


def _layer(inputs: int, outputs: int, init: str = "scaled") -> OrbitLinear:
    torch.manual_seed(0)
    return OrbitLinear([(grid_action(C4, inputs), grid_action(C4, outputs))], init)


def _expanded(layer: OrbitLinear, coefficients: np.ndarray | torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """W and b for these coefficients, in float64."""
    layer.double()
    layer.coefficients.data = torch.as_tensor(coefficients, dtype=torch.float64)
    ((weight, bias),) = layer.maps()
    return weight.detach().numpy(), bias.detach().numpy()


def _random(layer: OrbitLinear) -> tuple[np.ndarray, np.ndarray]:
    return _expanded(layer, np.random.default_rng(1).normal(size=len(layer.coefficients)))


@pytest.mark.parametrize("sides", RANKS)
def test_published_ranks(sides):
    inputs, outputs = sides
    assert len(_layer(inputs, outputs).coefficients) == RANKS[sides] + INVARIANTS[outputs]


@pytest.mark.parametrize("sides", SIDES, ids=str)
def test_as_many_coefficients_as_characters_say(sides):
    """dim of the intertwiners = mean over g of tr inputs(g) tr outputs(g); a turn fixes the middle pixel, if any."""
    inputs, outputs = sides
    fixed = [np.array([side**2, side % 2, side % 2, side % 2]) for side in sides]
    expected = (fixed[0] * fixed[1]).mean() + fixed[1].mean()
    assert len(_layer(inputs, outputs).coefficients) == expected


@pytest.mark.parametrize("sides", SIDES, ids=str)
def test_it_commutes_with_every_turn_as_dense_matrices_do(sides):
    weight, bias = _random(_layer(*sides))
    for before, after in zip(*(grid_action(C4, side).matrices() for side in sides), strict=True):
        assert np.array_equal(weight @ before, after @ weight)  # a permutation moves numbers, without rounding
        assert np.array_equal(after @ bias, bias)
    assert np.abs(weight).min() > 0


@pytest.mark.parametrize("sides", [(6, 3), (3, 6), (3, 3), (5, 2), (1, 2)], ids=str)
def test_the_basis_is_orthonormal(sides):
    layer = _layer(*sides)
    images = [_expanded(layer, unit) for unit in np.eye(len(layer.coefficients))]
    basis = np.stack([np.concatenate([weight.ravel(), bias]) for weight, bias in images])
    assert np.abs(basis @ basis.T - np.eye(len(basis))).max() <= 1e-12


@pytest.mark.parametrize("sides", [(14, 6), (6, 3), (3, 6), (6, 14), (3, 3), (5, 4)], ids=str)
def test_the_projection_of_any_matrix_lies_in_the_span(sides):
    """The projection onto an orthonormal basis is the mean over the group, for the weight and for the bias."""
    layer, actions = _layer(*sides), [grid_action(C4, side) for side in sides]
    rng = np.random.default_rng(2)
    weight, bias = rng.normal(size=(sides[1] ** 2, sides[0] ** 2)), rng.normal(size=(sides[1] ** 2, 1))
    entries = np.concatenate([weight.ravel(), bias.ravel()])
    label = layer.label.numpy()
    coefficients = np.bincount(label, entries) / np.sqrt(np.bincount(label))
    found = _expanded(layer, coefficients)
    assert np.abs(found[0] - reynolds(weight, actions[1], actions[0])).max() <= 1e-12
    assert np.abs(found[1] - reynolds(bias, actions[1], grid_action(C4, 1)).ravel()).max() <= 1e-12


@pytest.mark.parametrize("sides", [(14, 6), (28, 14)])
def test_variance_of_the_entries_at_the_scaled_start(sides):
    """Of U(+-1/sqrt(fan_in)) that is 1 / (3 fan_in)."""
    ((weight, _),) = _layer(*sides).maps()
    assert weight.var().item() == pytest.approx(1 / (3 * sides[0] ** 2), rel=0.05)


@pytest.mark.parametrize("sides", [(14, 6), (6, 14)])
def test_the_published_start(sides):
    """Coefficients of W uniform in +-1/sqrt(outputs), in the orthonormal basis; those of b are 0."""
    layer = _layer(*sides, "published")
    drawn, zeros = layer.coefficients[: RANKS[sides]], layer.coefficients[RANKS[sides] :]
    assert drawn.abs().max().item() == pytest.approx(1 / sides[1], rel=0.01)
    assert drawn.var().item() == pytest.approx(1 / (3 * sides[1] ** 2), rel=0.1)
    assert len(zeros) == INVARIANTS[sides[1]] and not zeros.any()


def test_the_published_layers_have_one_bias_each():
    """A number that all outputs gain, in its own coordinate: not over the root of their number."""
    network = build(ImageType(14), ImageType(14))
    assert len(network.layers.coefficients) == 2 * (1764 + 81) + 4 + 21 + 27 + 3
    with torch.no_grad():
        network.layers.coefficients += 1
    for _, bias in network.maps()[:4]:
        assert torch.equal(bias, torch.ones_like(bias))
    assert network.maps()[4][1].unique().tolist() == pytest.approx([0.5, 1.0])


def test_orbits_of_all_sizes_start_alike_when_scaled():
    """The middle of 3 x 3 to itself is an orbit of one, all others have four: the same bound holds for each."""
    starts = [OrbitLinear([(grid_action(C4, 3), grid_action(C4, 3))], "scaled").maps()[0][0] for _ in range(400)]
    weights = torch.stack(starts)
    assert weights.abs().max().item() <= 1 / 3 + 1e-6
    assert weights.var(0).detach().numpy() == pytest.approx(np.full((9, 9), 1 / 27), rel=0.25)


def test_several_maps_are_those_of_one_by_one():
    """Their coefficients follow one another; nothing is shared between maps."""
    ends = [
        (grid_action(C4, 4), grid_action(C4, 3)),
        (grid_action(C4, 3), grid_action(C4, 4)),
        (grid_action(C4, 3), grid_action(C4, 3)),
    ]
    torch.manual_seed(0)
    together = OrbitLinear(ends, "published")
    torch.manual_seed(0)
    alone = [OrbitLinear([pair], "published") for pair in ends]
    assert torch.equal(together.coefficients, torch.cat([layer.coefficients for layer in alone]))
    for found, layer in zip(together.maps(), alone, strict=True):
        assert all(torch.equal(*pair) for pair in zip(found, layer.maps()[0], strict=True))


def test_the_combine_layer_has_the_ranks_of_its_three_parts():
    """W_h: 21, W_g: from 9 invariant numbers to 3 invariant directions, b: 3."""
    network = build(ImageType(14), ImageType(14), init="scaled")
    layers = 2 * (1764 + 81) + 3 + 9 + 9 + 49
    assert len(network.layers.coefficients) == layers + 21 + 27 + 3
    weight, bias = network.maps()[4]
    turn = torch.from_numpy(grid_action(C4, 3).matrices()[1]).float()
    assert torch.equal(turn @ weight[:, :9], weight[:, :9] @ turn)
    assert torch.equal(turn @ weight[:, 9:], weight[:, 9:])
    assert torch.equal(turn @ bias, bias)
    assert torch.linalg.matrix_rank(weight[:, 9:]) == 3
