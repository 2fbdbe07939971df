"""Groups of signed permutations, and their actions on vectors, grids, fields and themselves, from the definitions."""

import itertools

import numpy as np
import pytest
import torch

from equidyn.symmetry.actions import grid_action, regular_action, scalar_action, vector_action
from equidyn.symmetry.fields import BoxType, FieldType
from equidyn.symmetry.group_action import orbit, pull_back
from equidyn.symmetry.groups import C2, C4, CUBE, D4, Group, generated

MIRROR = generated("mirror", [[[-1, 0], [0, 1]]])
GROUPS = {"C2": C2, "C4": C4, "D4": D4, "cube": CUBE, "mirror": MIRROR}
ORDERS = {"C2": 2, "C4": 4, "D4": 8, "cube": 24, "mirror": 2}
KINDS = ("scalar", "vector", "regular")

every_group = pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("name", GROUPS)
def test_all_elements_map_a_cube_to_itself_and_are_different(name):
    group, corners = GROUPS[name], set(itertools.product((-1, 1), repeat=GROUPS[name].dimension))
    assert len({matrix.tobytes() for matrix in group.matrices}) == group.order == ORDERS[name]
    assert (group.matrices[0] == np.eye(group.dimension)).all()
    assert all({tuple(matrix @ corner) for corner in corners} == corners for matrix in group.matrices)


def test_which_of_them_reflect():
    assert (np.linalg.det(CUBE.matrices) > 0).all() and (np.linalg.det(C4.matrices) > 0).all()
    assert (np.linalg.det(D4.matrices) > 0).tolist() == [True] * 4 + [False] * 4


def test_elements_of_c4_come_in_the_order_of_quarter_turns():
    for turns, matrix in enumerate(C4.matrices):
        angle = turns * np.pi / 2
        assert np.allclose(matrix, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@every_group
def test_products_and_inverses_are_those_of_matrices(group):
    assert (group.matrices[group.products] == group.matrices[:, None] @ group.matrices[None]).all()
    assert (group.products[range(group.order), group.inverses] == 0).all()


def test_generators_make_the_groups():
    quarter = [[[0, -1], [1, 0]]]
    assert generated("C4", quarter) == C4 and hash(generated("C4", quarter)) == hash(C4)
    made = generated("D4", quarter + MIRROR.matrices[1:].tolist())
    assert {matrix.tobytes() for matrix in made.matrices} == {matrix.tobytes() for matrix in D4.matrices}
    about_x, about_z = [[1, 0, 0], [0, 0, -1], [0, 1, 0]], [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    made = generated("cube", [about_x, about_z])
    assert {matrix.tobytes() for matrix in made.matrices} == {matrix.tobytes() for matrix in CUBE.matrices}
    assert generated("with reflections", [about_x, about_z, np.diag([-1, -1, -1]).tolist()]).order == 48
    assert (
        generated("hyperoctahedral", [np.roll(np.eye(4, dtype=int), 1, 0).tolist(), _exchange(), _negate()]).order
        == 384
    )


def _exchange() -> list[list[int]]:
    return np.eye(4, dtype=int)[[1, 0, 2, 3]].tolist()


def _negate() -> list[list[int]]:
    return np.diag([-1, 1, 1, 1]).tolist()


@pytest.mark.parametrize("matrix", [[[1, 1], [0, 1]], [[2, 0], [0, 1]], [[0, 0], [1, 1]]])
def test_other_matrices_are_refused(matrix):
    with pytest.raises(ValueError, match="generators must be permutation matrices"):
        generated("odd", [matrix])


def _actions(group: Group) -> dict[str, object]:
    grids = {f"grid{side}": grid_action(group, side) for side in (1, 2, 3)}
    one = {"scalar": scalar_action(group), "vector": vector_action(group), "regular": regular_action(group)}
    return one | grids | {"sum": one["vector"] + one["regular"], "product": one["vector"] @ grids["grid3"]}


@every_group
def test_actions_are_homomorphisms(group):
    for action in _actions(group).values():
        matrices = action.matrices()
        for g, h in itertools.product(range(group.order), repeat=2):
            assert (matrices[g] @ matrices[h] == matrices[group.products[g, h]]).all()


@every_group
def test_vectors_move_by_the_matrices_themselves(group):
    assert (vector_action(group).matrices() == group.matrices).all()


@every_group
def test_the_regular_action_moves_functions_on_the_group(group):
    function = np.random.default_rng(0).normal(size=group.order)
    for g, h in itertools.product(range(group.order), repeat=2):
        assert (regular_action(group).matrices()[g] @ function)[group.products[g, h]] == function[h]


def _places(shape: tuple[int, ...]) -> np.ndarray:
    """(*shape, d): (x, y, ...) of each point of an array (..., y, x), from the centre of the grid."""
    axes = np.meshgrid(*[np.arange(length) - (length - 1) / 2 for length in shape], indexing="ij")
    return np.stack(axes[::-1], axis=-1)


def _flow(places: np.ndarray) -> np.ndarray:
    """A vector field without any symmetry: (..., d) to (..., d)."""
    x, y, z = [*np.moveaxis(places, -1, 0), 0.3][:3]
    return np.stack([x + 2 * y * z + y + 1, np.sin(x) - 3 * z - y**2, x * y + z**2 - y], axis=-1)[
        ..., : places.shape[-1]
    ]


@every_group
@pytest.mark.parametrize("side", [2, 3, 4, 5])
def test_a_moved_field_is_what_its_definition_says(group, side):
    """(g v)(p) = R v(R^-1 p), with v a known function; for the whole vector, and for each component as a scalar."""
    _assert_moved_as_defined(group, (side,) * group.dimension)


@pytest.mark.parametrize("group", [C2, MIRROR], ids=["C2", "mirror"])
def test_groups_that_exchange_no_axes_act_on_rectangles(group):
    _assert_moved_as_defined(group, (3, 6))


def test_a_group_that_exchanges_two_axes_of_three_acts_on_boxes_of_a_square_base():
    about_z = generated("C4 about z", [[[0, -1, 0], [1, 0, 0], [0, 0, 1]]])
    _assert_moved_as_defined(about_z, (5, 3, 3))
    with pytest.raises(ValueError, match=r"expected \(\.\.\., 3, z, n, n\)"):
        FieldType(about_z, "vector", 1).act(torch.zeros(3, 3, 3, 5), 1)


def _assert_moved_as_defined(group: Group, shape: tuple[int, ...]) -> None:
    places, kind = _places(shape), FieldType(group, "vector", 1)
    field = torch.from_numpy(np.moveaxis(_flow(places), -1, 0).copy())
    for element, matrix in enumerate(group.matrices):
        carried = _flow(places @ matrix)  # rows: R^-1 p, for p^T R = (R^T p)^T
        expected = np.moveaxis(carried @ matrix.T, -1, 0)
        assert np.allclose(kind.act(field, element), expected, rtol=0, atol=1e-13)
        as_scalars = kind.as_scalars().act(field, element)
        assert np.allclose(as_scalars, np.moveaxis(carried, -1, 0), rtol=0, atol=1e-13)
        moved = field[0].numpy().ravel()[grid_action(group, shape).source[element]]
        assert (moved == as_scalars[0].numpy().ravel()).all()


def test_grids_that_a_group_does_not_map_to_themselves_are_refused():
    for group in (C4, D4):
        with pytest.raises(ValueError, match=r"acts on grids \(n, n\), not on \(3, 4\)"):
            grid_action(group, (3, 4))
        with pytest.raises(ValueError, match=r"expected \(\.\.\., 2, n, n\)"):
            FieldType(group, "vector", 1).act(torch.zeros(2, 3, 4), 1)
    with pytest.raises(ValueError, match=r"acts on grids \(y, x\), not on \(3, 4, 4\)"):
        grid_action(C2, (3, 4, 4))


@pytest.mark.parametrize("shape", [(5, 4, 4, 4), (6, 4, 4, 3), (4, 4, 4)])
def test_fields_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(\.\.\., 6, n, n, n\)"):
        BoxType(CUBE, "vector", 2).act(torch.zeros(shape), 1)


def test_a_reflection_negates_one_component():
    """Of a vector on the axis that is mirrored, and no other."""
    field = torch.zeros(2, 3, 3)
    field[:, 1, 2] = torch.tensor([2.0, 5.0])  # right of the centre
    mirrored = FieldType(D4, "vector", 1).act(field, 4)
    assert mirrored[:, 1, 0].tolist() == [-2.0, 5.0]


@every_group
@every_kind
def test_moving_twice_is_moving_by_the_product(group, kind):
    fields = FieldType(group, kind, 2)
    values = torch.randn(2, fields.channels, *[3] * group.dimension)
    assert torch.equal(fields.act(values, 0), values)
    for first, second in itertools.product(range(0, group.order, 1 + group.order // 6), range(group.order)):
        twice = fields.act(fields.act(values, second), first)
        assert torch.equal(twice, fields.act(values, int(group.products[first, second])))


@every_group
@every_kind
def test_the_way_back_from_an_orbit(group, kind):
    fields = FieldType(group, kind, 3)
    values = torch.randn(2, fields.channels, *[3] * group.dimension)
    assert torch.equal(pull_back(orbit(values, fields), fields), values.expand(group.order, *values.shape))


def test_a_quarter_turn_about_z_is_that_of_the_plane():
    """In each layer; and it sends (vx, vy, vz) to (-vy, vx, vz)."""
    field = torch.randn(3, 4, 4, 4, dtype=torch.float64)
    about_z = [matrix.tolist() for matrix in CUBE.matrices].index([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turned = BoxType(CUBE, "vector", 1).act(field, about_z)
    for layer in range(4):
        assert torch.equal(turned[:2, layer], FieldType(C4, "vector", 1).act(field[:2, layer], 1))
        assert torch.equal(turned[2:, layer], FieldType(C4, "scalar", 1).act(field[2:, layer], 1))


def _curl(field: torch.Tensor) -> torch.Tensor:
    """Of (3, z, y, x), periodic, by central differences."""
    slope = [[field[i].roll(-1, -1 - j) - field[i].roll(1, -1 - j) for j in range(3)] for i in range(3)]
    parts = [slope[2][1] - slope[1][2], slope[0][2] - slope[2][0], slope[1][0] - slope[0][1]]
    return torch.stack(parts)


def test_vorticity_turns_with_the_flow():
    """A known equivariant map, with which the action on vectors must agree; with components as scalars it does not."""
    field, kind = torch.randn(3, 4, 4, 4, dtype=torch.float64), FieldType(CUBE, "vector", 1)
    for element in range(1, CUBE.order):
        gap = _curl(kind.act(field, element)) - kind.act(_curl(field), element)
        assert gap.abs().max() <= 1e-14
    scalars = kind.as_scalars()
    gaps = [_curl(scalars.act(field, g)) - scalars.act(_curl(field), g) for g in range(1, CUBE.order)]
    assert min(gap.norm() for gap in gaps) > 1
