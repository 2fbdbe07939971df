"""Limits of linear auto-encoders, against singular values, symmetric data, and a search over all equivariant maps."""

import numpy as np
import pytest
import torch

from equidyn.domains.digits.measures.principal import Moments, moments, principal, symmetric
from equidyn.symmetry.actions import Action, grid_action, regular_action, vector_action
from equidyn.symmetry.groups import C4
from equidyn.symmetry.isotypic import KINDS, component, multiplicities
from equidyn.symmetry.orbits import Orbits, intertwiners, invariants

GRID, LATENT = grid_action(C4, 4), grid_action(C4, 2)
ACTIONS = {
    "even": GRID,
    "odd": grid_action(C4, 5),
    "vector": vector_action(C4),
    "product": regular_action(C4) @ vector_action(C4),
}
MIXED = {
    "trivial + sign": grid_action(C4, 1) + grid_action(C4, 2),
    "odd grid": grid_action(C4, 3),
    "vectors": vector_action(C4) + vector_action(C4),
}


def _samples(count: int, numbers: int, seed: int = 0) -> np.ndarray:
    """Correlated numbers off their origin, with no symmetry: (count, numbers) float64."""
    random = np.random.default_rng(seed)
    return random.normal(size=(count, numbers)) @ random.normal(size=(numbers, numbers)) + random.normal(size=numbers)


def _of(samples: np.ndarray) -> Moments:
    return moments(torch.from_numpy(samples))


def _orbit(samples: np.ndarray, action: Action) -> np.ndarray:
    return np.concatenate([sign * samples[:, source] for source, sign in zip(action.source, action.sign, strict=True)])


@pytest.mark.parametrize("name", ACTIONS)
def test_isotypic_components_are_orthonormal_complete_and_turn_by_a_number(name):
    action = ACTIONS[name]
    turn = action.matrices()[1]
    bases = [component(action, kind) for kind in KINDS]
    for kind, basis in zip(KINDS, bases, strict=True):
        assert np.allclose(basis @ turn.T, 1j**kind * basis, atol=1e-15)
    whole = np.concatenate(bases)
    assert np.allclose(whole @ whole.conj().T, np.eye(action.dimension), atol=1e-15)
    characters = [np.trace(matrix) for matrix in action.matrices()]
    wanted = [np.mean([character / 1j ** (kind * g) for g, character in enumerate(characters)]).real for kind in KINDS]
    assert multiplicities(action) == pytest.approx(wanted)


def test_components_of_another_group_are_refused():
    with pytest.raises(ValueError, match="2 elements"):
        component(Action(GRID.source[::2], GRID.sign[::2]), 0)


@pytest.mark.parametrize("count", [0, 1, 4, 9])
def test_principal_components_leave_the_smaller_singular_values(count):
    samples = _samples(50, 9)
    left = np.linalg.svd(samples - samples.mean(0), compute_uv=False)[count:]
    assert principal(_of(samples), count).error(_of(samples)) == pytest.approx(
        (left**2).sum() / samples.size, abs=1e-12
    )


def test_error_of_a_projection_is_that_of_the_map_on_the_samples():
    training, test = _samples(50, 16), _samples(30, 16, seed=1)
    for projection in (principal(_of(training), 5), symmetric(_of(training), GRID, LATENT)):
        offsets = test - projection.centre
        gaps = offsets - offsets @ projection.rows.T @ projection.rows
        assert projection.error(_of(test)) == pytest.approx(np.mean(gaps**2), rel=1e-12)


def test_no_affine_map_of_that_rank_is_better_than_principal_components():
    samples = _samples(60, 9)
    best, random = principal(_of(samples), 3).error(_of(samples)), np.random.default_rng(2)
    rows = np.linalg.svd(samples - samples.mean(0))[2][:3]
    for scale in (1e-3, 1e-1, 10.0):
        encoder = rows + scale * random.normal(size=(3, 9))
        codes = np.column_stack([samples @ encoder.T, np.ones(len(samples))])
        decoded = codes @ np.linalg.lstsq(codes, samples)[0]
        assert np.mean((decoded - samples) ** 2) > best


def test_moved_moments_are_those_of_moved_samples():
    action = GRID @ vector_action(C4)
    samples = _samples(40, 32)
    for element in range(4):
        moved = _of(action.sign[element] * samples[:, action.source[element]])
        found = _of(samples).moved(action, element)
        assert np.allclose(found.mean, moved.mean) and np.allclose(found.second, moved.second)


@pytest.mark.parametrize("latent", MIXED)
def test_the_symmetric_limit_commutes_with_the_group_and_keeps_to_its_multiplicities(latent):
    projection = symmetric(_of(_samples(60, 16)), GRID, MIXED[latent])
    square = projection.rows.T @ projection.rows
    assert np.allclose(projection.rows @ projection.rows.T, np.eye(len(projection.rows)), atol=1e-12)
    for matrix in GRID.matrices():
        assert np.allclose(matrix @ square, square @ matrix, atol=1e-12)
        assert np.allclose(matrix @ projection.centre, projection.centre, atol=1e-12)
    for kind, count in enumerate(multiplicities(MIXED[latent])):
        basis = component(GRID, kind)
        assert np.trace(basis.conj() @ square @ basis.T).real == pytest.approx(min(count, len(basis)))


def test_the_symmetric_limit_is_the_same_on_turned_samples_and_never_below_the_free_one():
    training, test = _samples(60, 16), _samples(30, 16, seed=1)
    projection = symmetric(_of(training), GRID, LATENT)
    upright = projection.error(_of(test))
    for element in (1, 2, 3):
        assert projection.error(_of(test).moved(GRID, element)) == pytest.approx(upright, rel=1e-12)
    whole = _of(_orbit(training, GRID))
    assert projection.error(_of(training)) >= principal(whole, LATENT.dimension).error(whole)


def test_on_symmetric_samples_with_fitting_multiplicities_both_limits_are_equal():
    """The four strongest directions are one of each kind, as the 2 x 2 latent has them."""
    random = np.random.default_rng(3)
    scales = np.concatenate([np.r_[3.0, 0.1 * np.ones(len(component(GRID, kind)) - 1)] for kind in KINDS])
    basis = np.concatenate([component(GRID, kind) for kind in KINDS])
    samples = _of(_orbit((scales * random.normal(size=(200, 16)) @ basis).real + 2.0, GRID))
    limit = principal(samples, 4).error(samples)
    assert symmetric(samples, GRID, LATENT).error(samples) == pytest.approx(limit, rel=1e-10)
    assert limit < 0.1 * principal(samples, 3).error(samples)


def _free(orbits: Orbits, shape: tuple[int, ...]) -> torch.Tensor:
    """Orthonormal basis of equivariant matrices (or invariant vectors), (count, *shape)."""
    return torch.from_numpy(orbits.basis()).unflatten(1, shape)


@pytest.mark.parametrize(
    "latent", [LATENT, grid_action(C4, 1) + vector_action(C4)], ids=["square", "one number and a vector"]
)
def test_a_search_over_equivariant_auto_encoders_ends_at_the_symmetric_limit(latent):
    """Every weight in its orbit basis, from several starts, by L-BFGS: none gets below, the best one gets there."""
    samples, generator = _samples(40, 16), torch.Generator().manual_seed(0)
    limit = symmetric(_of(samples), GRID, latent).error(_of(samples))
    found = [_searched(torch.from_numpy(samples), latent, generator) for _ in range(4)]
    assert min(found) == pytest.approx(limit, rel=1e-6)
    assert min(found) >= limit * (1 - 1e-12)


def _searched(samples: torch.Tensor, latent: Action, generator: torch.Generator) -> float:
    """The error at which a search over all equivariant affine encoders and decoders ends, from a random start."""
    bases = [
        _free(intertwiners(latent, GRID), (latent.dimension, GRID.dimension)),
        _free(intertwiners(GRID, latent), (GRID.dimension, latent.dimension)),
        _free(invariants(latent), (latent.dimension,)),
        _free(invariants(GRID), (GRID.dimension,)),
    ]
    draws = [torch.randn(len(basis), dtype=torch.float64, generator=generator) for basis in bases]
    weights = [(0.3 * draw).requires_grad_() for draw in draws]
    search = torch.optim.LBFGS(weights, max_iter=2000, tolerance_change=1e-14, line_search_fn="strong_wolfe")

    def error() -> torch.Tensor:
        encoder, decoder, inner, outer = (torch.tensordot(w, basis, 1) for w, basis in zip(weights, bases, strict=True))
        return ((samples @ encoder.T + inner) @ decoder.T + outer - samples).square().mean()

    def sloped() -> torch.Tensor:
        search.zero_grad()
        loss = error()
        loss.backward()
        return loss

    search.step(sloped)
    return error().item()
