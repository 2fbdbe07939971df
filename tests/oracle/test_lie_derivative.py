"""Known answers of the infinitesimal rotation and of both Lie derivatives, in float64."""

import math
from itertools import pairwise

import pytest
import torch

from equidyn.domains.smoke.audit.measures.grad_div import known_answer
from equidyn.domains.smoke.audit.measures.pixels import pixel_lie_derivative
from equidyn.domains.smoke.measures.lie import lie_derivative
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.generator import rotation_generator
from equidyn.symmetry.groups import C4

VECTOR, SCALAR = FieldType(C4, "vector", 1), FieldType(C4, "scalar", 1)
SIDES = (16, 32, 64, 128)


def _centred(side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Coordinates (x, y) in cells from the centre, each (side, side)."""
    position = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    y, x = torch.meshgrid(position, position, indexing="ij")
    return x, y


def _vortices(side: int) -> torch.Tensor:
    """One smooth vector field without symmetry on grids of any side, (1, 2, side, side); about 1e-5 at the walls."""
    x, y = (axis / side for axis in _centred(side))

    def bump(right: float, up: float, width: float) -> torch.Tensor:
        return (-((x - right) ** 2 + (y - up) ** 2) / (2 * width**2)).exp()

    return torch.stack([bump(0.1, 0.05, 0.09) - 0.5 * bump(-0.06, 0.08, 0.08), 0.7 * bump(-0.05, -0.1, 0.09)])[None]


def _noise(batch: int, channels: int, side: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(batch, channels, side, side, generator=generator, dtype=torch.float64)


def _grad_div(field: torch.Tensor) -> torch.Tensor:
    """By central differences, in units of the side of the grid; commutes with every rotation in the limit."""

    def slope(values: torch.Tensor, axis: int) -> torch.Tensor:
        return field.shape[-1] * torch.gradient(values, dim=axis, edge_order=2)[0]

    divergence = slope(field[:, 0], -1) + slope(field[:, 1], -2)
    return torch.stack([slope(divergence, -1), slope(divergence, -2)], dim=1)


def _rotated(field: torch.Tensor, kind: FieldType, angle: float) -> torch.Tensor:
    """exp(angle G) field, by Runge and Kutta's fourth-order steps, small enough to be exact beside the grid's error."""
    steps = 2 * field.shape[-1]
    h = angle / steps
    for _ in range(steps):
        first = rotation_generator(field, kind)
        second = rotation_generator(field + h / 2 * first, kind)
        third = rotation_generator(field + h / 2 * second, kind)
        fourth = rotation_generator(field + h * third, kind)
        field = field + h / 6 * (first + 2 * second + 2 * third + fourth)
    return field


def _norm(field: torch.Tensor) -> float:
    return field.square().mean().sqrt().item()


@pytest.mark.parametrize("kind", [VECTOR, SCALAR], ids=lambda kind: kind.kind)
def test_a_quarter_turn_is_the_exponential_of_the_generator(kind):
    """Sign and size: exp(pi/2 G) tends to FieldType.act(1), with the square of the cell."""
    errors = []
    for side in SIDES[:3]:
        field = _vortices(side)[:, : kind.channels]
        errors.append(_norm(_rotated(field, kind, math.pi / 2) - kind.act(field, 1)) / _norm(field))
    assert errors[-1] < 0.02
    assert all(fine < coarse / 3.5 for coarse, fine in pairwise(errors))


@pytest.mark.parametrize("kind", [FieldType(C4, "vector", 2), FieldType(C4, "scalar", 3)], ids=lambda kind: kind.kind)
def test_the_generator_commutes_with_quarter_turns(kind):
    field = _noise(2, kind.channels, 9)
    for turns in (1, 2, 3):
        gap = rotation_generator(kind.act(field, turns), kind) - kind.act(rotation_generator(field, kind), turns)
        assert gap.abs().max() < 1e-13


def test_the_generator_is_exact_for_quadratic_fields_up_to_the_walls():
    x, y = _centred(8)
    field = torch.stack([1 + 2 * x - 3 * x * y, y**2 - 0.5 * x**2 + x])
    slope_x, slope_y = torch.stack([2 - 3 * y, -x + 1]), torch.stack([-3 * x, 2 * y])
    pixels = y * slope_x - x * slope_y
    assert (rotation_generator(field[:1], SCALAR) - pixels[:1]).abs().max() < 1e-13
    components = torch.stack([-field[1], field[0]])
    assert (rotation_generator(field, VECTOR) - pixels - components).abs().max() < 1e-12


def test_regular_fields_and_wrong_shapes_have_no_generator():
    with pytest.raises(ValueError, match="regular fields turn by quarter turns only"):
        rotation_generator(_noise(1, 4, 5), FieldType(C4, "regular", 1))
    for channels, side in ((3, 5), (2, 2)):
        with pytest.raises(ValueError, match=r"expected \(\.\.\., 2, n, n\) with n >= 3"):
            rotation_generator(_noise(1, channels, side), VECTOR)


def test_grad_div_commutes_with_rotations_in_the_limit():
    """Its Lie derivative vanishes with the square of the cell."""
    errors = []
    for side in SIDES:
        answer, derivative = lie_derivative(_grad_div, _vortices(side), VECTOR, VECTOR)
        errors.append(_norm(derivative) / _norm(answer))
    assert errors[-1] < 0.015
    assert [math.log2(coarse / fine) for coarse, fine in pairwise(errors[1:])] == pytest.approx([2, 2], abs=0.1)


def test_turning_pixels_only_sees_no_symmetry_in_grad_div():
    """The published definition stays above 1 at every resolution, for a map that commutes with rotations."""
    for side in SIDES:
        field = _vortices(side)
        assert _norm(pixel_lie_derivative(_grad_div, field)) > _norm(_grad_div(field))


def test_what_the_audit_stores_of_grad_div_is_that_of_every_resolution():
    """Both definitions on another field than above: one falls with the square of the cell, the other stays above 1."""
    known = known_answer((32, 64, 128))
    assert known["side"] == [32, 64, 128] and min(known["pixels_only"]) > 1
    assert [coarse / fine for coarse, fine in pairwise(known["proper"])] == pytest.approx([4, 4], rel=0.1)


def test_scaling_one_component_breaks_the_symmetry_by_a_known_amount():
    """f(vx, vy) = (3 vx, vy): Lf = (-2) (vy, vx) at every pixel, and 0 if components do not turn."""
    field, scale = _noise(4, 2, 12), torch.tensor([3.0, 1.0], dtype=torch.float64)[:, None, None]
    derivative = lie_derivative(lambda values: scale * values, field, VECTOR, VECTOR)[1]
    assert (derivative - (1 - 3) * field.flip(1)).abs().max() < 1e-12
    assert pixel_lie_derivative(lambda values: scale * values, field).abs().max() < 1e-12


def test_a_map_that_depends_on_the_place_breaks_the_symmetry_by_a_known_amount():
    """f(v) = x v: Lf = x (y v_x - x v_y) - y (x v)_x + x (x v)_y = -y v."""
    errors = []
    for side in SIDES:
        x, y = (axis / side for axis in _centred(side))
        field = _vortices(side)
        derivative = lie_derivative(lambda values, x=x: x * values, field, VECTOR, VECTOR)[1]
        errors.append(_norm(derivative + y * field) / _norm(y * field))
    assert errors[-1] < 0.01
    assert all(fine < coarse / 3.5 for coarse, fine in pairwise(errors[1:]))


def test_several_frames_turn_each_by_itself():
    """The last of two frames, which is what a residual net adds its answer to, commutes with rotations exactly."""
    field = _noise(3, 4, 10)
    answer, derivative = lie_derivative(lambda values: values[:, 2:], field, FieldType(C4, "vector", 2), VECTOR)
    assert torch.equal(answer, field[:, 2:])
    assert torch.equal(derivative, torch.zeros_like(answer))


def test_a_constant_answer_has_the_derivative_of_a_constant():
    """f(x) = (1, 0) everywhere, without a path from x: Lf = -G f = (0, -1)."""
    wind = torch.tensor([1.0, 0.0], dtype=torch.float64)[:, None, None].expand(2, 6, 6)
    derivative = lie_derivative(wind.expand_as, _noise(2, 2, 6), VECTOR, VECTOR)[1]
    assert torch.equal(derivative, torch.tensor([0.0, -1.0]).double()[:, None, None].expand(2, 2, 6, 6))
