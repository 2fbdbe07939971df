"""The 24 rotations of the cube: a group, and its action on axes, vectors, voxels and fields, from its definition."""

import itertools

import numpy as np
import pytest
import torch

from equidyn.symmetry.cube import (
    ORDER,
    cube_grid,
    cube_regular,
    cube_scalar,
    cube_vector,
    inverses,
    products,
    rotations,
)
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.group_action import orbit, pull_back
from equidyn.symmetry.volumes import VolumeType

QUARTER_ABOUT_Z = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]  # x to y, y to -x
KINDS = [VolumeType("scalar", 2), VolumeType("vector", 2), VolumeType("regular", 1)]


def _element(matrix: list[list[int]]) -> int:
    return next(number for number, found in enumerate(rotations()) if found.tolist() == matrix)


def test_they_are_all_rotations_that_map_the_cube_to_itself():
    found = rotations()
    assert len({matrix.tobytes() for matrix in found}) == ORDER == 24
    assert (found[0] == np.eye(3)).all()
    assert np.allclose(np.linalg.det(found), 1)
    assert (found @ found.transpose(0, 2, 1) == np.eye(3)).all()
    corners = set(itertools.product((-1, 1), repeat=3))
    assert all({tuple(matrix @ corner) for corner in corners} == corners for matrix in found)


def test_products_and_inverses_are_those_of_matrices():
    for first, second in itertools.product(range(ORDER), repeat=2):
        assert (rotations()[products()[first, second]] == rotations()[first] @ rotations()[second]).all()
    assert (products()[range(ORDER), inverses()] == 0).all()


@pytest.mark.parametrize("action", [cube_scalar(), cube_vector(), cube_regular(), cube_grid(2), cube_grid(3)])
def test_actions_are_homomorphisms(action):
    matrices = action.matrices()
    composed = np.einsum("gij,hjk->ghik", matrices, matrices)
    assert (composed == matrices[products()]).all()


def test_the_action_on_vectors_is_the_matrices_themselves():
    assert (cube_vector().matrices() == rotations()).all()


def test_the_regular_action_moves_functions_on_the_group():
    function = np.random.default_rng(0).normal(size=ORDER)
    for element in range(ORDER):
        moved = cube_regular().matrices()[element] @ function
        assert all(moved[products()[element, other]] == function[other] for other in range(ORDER))


def _places(side: int) -> np.ndarray:
    """(side, side, side, 3): (x, y, z) of each voxel of an array (z, y, x), from the centre of the grid."""
    z, y, x = np.meshgrid(*[np.arange(side) - (side - 1) / 2] * 3, indexing="ij")
    return np.stack([x, y, z], axis=-1)


def _flow(places: np.ndarray) -> np.ndarray:
    """A vector field without any symmetry: (..., 3) to (..., 3)."""
    x, y, z = np.moveaxis(places, -1, 0)
    return np.stack([x + 2 * y * z + 1, np.sin(x) - 3 * z, x * y + z**2 - y], axis=-1)


@pytest.mark.parametrize("side", [2, 3, 4, 5])
def test_a_turned_field_is_what_its_definition_says(side):
    """(g v)(p) = R v(R^-1 p), with v a known function; for the whole vector, and for each component as a scalar."""
    field = torch.from_numpy(np.moveaxis(_flow(_places(side)), -1, 0).copy())
    kind = VolumeType("vector", 1)
    for element, matrix in enumerate(rotations()):
        carried = _flow(_places(side) @ matrix)  # rows: R^-1 p, for p^T R = (R^T p)^T
        expected = np.moveaxis(carried @ matrix.T, -1, 0)
        assert np.allclose(kind.turn(field, element), expected, rtol=0, atol=1e-13)
        as_scalars = kind.as_scalars().turn(field, element)
        assert np.allclose(as_scalars, np.moveaxis(carried, -1, 0), rtol=0, atol=1e-13)
        moved = field[0].numpy().ravel()[cube_grid(side).source[element]]
        assert (moved == as_scalars[0].numpy().ravel()).all()


def test_a_quarter_turn_about_z_is_that_of_the_plane():
    """In each layer; and it sends (vx, vy, vz) to (-vy, vx, vz)."""
    field = torch.randn(3, 4, 4, 4, dtype=torch.float64)
    turned = VolumeType("vector", 1).turn(field, _element(QUARTER_ABOUT_Z))
    for layer in range(4):
        assert torch.equal(turned[:2, layer], FieldType("vector", 1).turn(field[:2, layer], 1))
        assert torch.equal(turned[2:, layer], FieldType("scalar", 1).turn(field[2:, layer], 1))


def _curl(field: torch.Tensor) -> torch.Tensor:
    """Of (3, z, y, x), periodic, by central differences."""
    slope = [[field[i].roll(-1, -1 - j) - field[i].roll(1, -1 - j) for j in range(3)] for i in range(3)]
    parts = [slope[2][1] - slope[1][2], slope[0][2] - slope[2][0], slope[1][0] - slope[0][1]]
    return torch.stack(parts)


def test_vorticity_turns_with_the_flow():
    """A known equivariant map, with which the action on vectors must agree; with components as scalars it does not."""
    field, kind = torch.randn(3, 4, 4, 4, dtype=torch.float64), VolumeType("vector", 1)
    for element in range(1, ORDER):
        gap = _curl(kind.turn(field, element)) - kind.turn(_curl(field), element)
        assert gap.abs().max() <= 1e-14
    scalars = kind.as_scalars()
    gaps = [_curl(scalars.turn(field, g)) - scalars.turn(_curl(field), g) for g in range(1, ORDER)]
    assert min(gap.norm() for gap in gaps) > 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_turning_twice_is_turning_by_the_product(kind):
    field = torch.randn(2, kind.channels, 3, 3, 3)
    assert torch.equal(kind.turn(field, 0), field)
    for first, second in itertools.product(range(0, ORDER, 5), range(ORDER)):
        twice = kind.turn(kind.turn(field, second), first)
        assert torch.equal(twice, kind.turn(field, int(products()[first, second])))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_the_way_back_from_an_orbit(kind):
    field = torch.randn(kind.channels, 3, 3, 3)
    assert torch.equal(pull_back(orbit(field, kind), kind), field.expand(ORDER, *field.shape))


@pytest.mark.parametrize("shape", [(5, 4, 4, 4), (6, 4, 4, 3)])
def test_fields_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(\.\.\., 6, n, n, n\)"):
        VolumeType("vector", 2).turn(torch.zeros(shape), 1)
