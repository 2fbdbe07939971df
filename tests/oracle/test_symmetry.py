"""Known answers of the symmetry core: ranks, projections, homomorphisms, turns of analytic fields."""

import numpy as np
import pytest
import torch
from toy import as_numpy_turn

from equidyn.symmetry.actions import c4_grid, c4_regular, c4_scalar, c4_vector
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import orbit, pull_back
from equidyn.symmetry.orbits import intertwiners, invariants, reynolds

ACTIONS = {
    "scalar": c4_scalar(),
    "vector": c4_vector(),
    "regular": c4_regular(),
    "grid3": c4_grid(3),
    "sum": c4_vector() + c4_regular(),
    "product": c4_vector() @ c4_grid(3),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_action_is_a_representation_of_c4(name):
    matrices = ACTIONS[name].matrices()
    for g in range(4):
        for h in range(4):
            assert np.array_equal(matrices[g] @ matrices[h], matrices[(g + h) % 4])


@pytest.mark.parametrize(
    ("inputs", "outputs", "rank"), [(14, 6, 1764), (6, 3, 81), (3, 3, 21), (3, 6, 81), (6, 14, 1764)]
)
def test_ranks_of_the_published_auto_encoder(inputs, outputs, rank):
    assert intertwiners(c4_grid(outputs), c4_grid(inputs)).count == rank


@pytest.mark.parametrize(("side", "rank"), [(3, 3), (6, 9), (14, 49)])
def test_invariant_subspaces_of_the_published_auto_encoder(side, rank):
    assert invariants(c4_grid(side)).count == rank


@pytest.mark.parametrize(
    ("outputs", "inputs", "rank"),
    [("regular", "regular", 36), ("regular", "vector", 18), ("vector", "regular", 18), ("scalar", "scalar", 3)],
)
def test_ranks_of_kernels(outputs, inputs, rank):
    assert intertwiners(ACTIONS[outputs], ACTIONS[inputs] @ c4_grid(3)).count == rank


def test_orbits_with_a_minus_sign_vanish():
    assert invariants(c4_vector()).count == 0
    assert (invariants(c4_vector()).sign == 0).all()
    assert intertwiners(c4_vector(), c4_vector()).count == 2  # the identity and the quarter turn: complex numbers


@pytest.mark.parametrize("outputs", ["vector", "regular", "sum"])
@pytest.mark.parametrize("inputs", ["vector", "grid3", "product"])
def test_basis_spans_exactly_the_equivariant_maps(outputs, inputs):
    """Against brute force: the null space of all constraints output(g) W = W input(g)."""
    out, into = ACTIONS[outputs], ACTIONS[inputs]
    basis = intertwiners(out, into).basis()
    constraints = np.concatenate(
        [
            np.kron(out.matrices()[g], np.eye(into.dimension)) - np.kron(np.eye(out.dimension), into.matrices()[g].T)
            for g in range(1, 4)
        ]
    )
    assert np.abs(constraints @ basis.T).max() < 1e-14
    assert np.allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-14)
    singular = np.linalg.svd(constraints, compute_uv=False)
    assert len(basis) == out.dimension * into.dimension - (singular > 1e-10).sum()


def test_reynolds_is_the_orthogonal_projection_onto_the_basis():
    out, into = ACTIONS["sum"], ACTIONS["product"]
    weight = np.random.default_rng(0).standard_normal((5, out.dimension, into.dimension))
    projected = reynolds(weight, out, into)
    basis = intertwiners(out, into).basis()
    expected = (weight.reshape(5, -1) @ basis.T @ basis).reshape(weight.shape)
    assert np.abs(projected - expected).max() < 1e-14
    assert np.abs(reynolds(projected, out, into) - projected).max() < 1e-15
    mean = np.mean([out.matrices()[g] @ weight @ into.matrices()[g].T for g in range(4)], axis=0)
    assert np.abs(projected - mean).max() < 1e-14


def test_a_turn_rotates_an_analytic_vector_field():
    """(R v)(p) = R v(R^-1 p) for a counter-clockwise quarter turn R about the grid's centre, y growing with the row."""
    side = 9
    centred = np.arange(side) - (side - 1) / 2
    y, x = np.meshgrid(centred, centred, indexing="ij")

    def field(x, y):
        return np.stack([np.sin(0.3 * x) + 0.1 * y, np.cos(0.2 * y) * x])

    back_x, back_y = y, -x  # R^-1 (x, y)
    vx, vy = field(back_x, back_y)
    turned = as_numpy_turn(field(x, y), FieldType("vector", 1), 1)
    assert np.abs(turned - np.stack([-vy, vx])).max() < 1e-14


@pytest.mark.parametrize("kind", ["scalar", "vector", "regular"])
def test_turns_are_a_group_and_orbits_go_back(kind):
    fields = FieldType(kind, 3)
    sample = torch.randn(2, fields.channels, 5, 5, dtype=torch.float64)
    assert torch.equal(fields.turn(fields.turn(sample, 1), 2), fields.turn(sample, 3))
    assert torch.equal(fields.turn(sample, 4), sample)
    assert torch.equal(pull_back(orbit(sample, fields), fields), sample.expand(4, *sample.shape))


def test_a_turn_refuses_the_wrong_shape():
    with pytest.raises(ValueError, match=r"expected \(\.\.\., 2, n, n\)"):
        FieldType("vector", 1).turn(torch.zeros(2, 4, 5), 1)
