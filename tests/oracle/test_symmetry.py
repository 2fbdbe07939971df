"""Known answers of the symmetry core: ranks of equivariant maps, and projections onto them."""

import numpy as np
import pytest

from equidyn.symmetry.actions import grid_action, regular_action, scalar_action, vector_action
from equidyn.symmetry.groups import C4
from equidyn.symmetry.orbits import intertwiners, invariants, reynolds

ACTIONS = {
    "scalar": scalar_action(C4),
    "vector": vector_action(C4),
    "regular": regular_action(C4),
    "grid3": grid_action(C4, 3),
    "sum": vector_action(C4) + regular_action(C4),
    "product": vector_action(C4) @ grid_action(C4, 3),
}


@pytest.mark.parametrize(
    ("inputs", "outputs", "rank"), [(14, 6, 1764), (6, 3, 81), (3, 3, 21), (3, 6, 81), (6, 14, 1764)]
)
def test_ranks_of_the_published_auto_encoder(inputs, outputs, rank):
    assert intertwiners(grid_action(C4, outputs), grid_action(C4, inputs)).count == rank


@pytest.mark.parametrize(("side", "rank"), [(3, 3), (6, 9), (14, 49)])
def test_invariant_subspaces_of_the_published_auto_encoder(side, rank):
    assert invariants(grid_action(C4, side)).count == rank


@pytest.mark.parametrize(
    ("outputs", "inputs", "rank"),
    [("regular", "regular", 36), ("regular", "vector", 18), ("vector", "regular", 18), ("scalar", "scalar", 3)],
)
def test_ranks_of_kernels(outputs, inputs, rank):
    assert intertwiners(ACTIONS[outputs], ACTIONS[inputs] @ grid_action(C4, 3)).count == rank


def test_orbits_with_a_minus_sign_vanish():
    assert invariants(vector_action(C4)).count == 0
    assert (invariants(vector_action(C4)).sign == 0).all()
    assert (
        intertwiners(vector_action(C4), vector_action(C4)).count == 2
    )  # the identity and the quarter turn: complex numbers


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
