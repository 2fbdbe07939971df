"""Turns and shifts of arrays, against exact turns, functions known at every place, and each other."""

import math

import pytest
import torch

from equidyn.symmetry.images import ImageType
from equidyn.symmetry.motions import rotated, translated


def _field(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def _plane(side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """y and x of each pixel's centre, from the centre of the image [pixels]."""
    places = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    return torch.meshgrid(places, places, indexing="ij")


@pytest.mark.parametrize("side", [1, 4, 7])
@pytest.mark.parametrize("turns", range(-4, 9))
def test_quarter_turns_are_exact(side, turns):
    images = _field(2, 3, side, side)
    assert torch.equal(rotated(images, 90 * turns), ImageType(side).act(images, turns % 4))


@pytest.mark.parametrize("degrees", [-130, -45, 10, 45, 60, 100, 200])
def test_a_quarter_turn_more_is_an_exact_quarter_turn_of_the_result(degrees):
    images = _field(3, 9, 9)
    assert torch.equal(rotated(images, degrees + 90), ImageType(9).act(rotated(images, degrees), 1))


@pytest.mark.parametrize("degrees", [-70, 5, 45, 105])
def test_a_plane_turns_counter_clockwise(degrees):
    """A linear function is interpolated without error, where all that is read lies inside."""
    y, x = _plane(11)
    angle, inside = math.radians(degrees), x**2 + y**2 <= 5**2
    before = math.cos(angle) * x + math.sin(angle) * y, math.cos(angle) * y - math.sin(angle) * x
    wanted = 2.0 + 0.3 * before[0] - 0.7 * before[1]
    assert torch.allclose(rotated(2.0 + 0.3 * x - 0.7 * y, degrees)[inside], wanted[inside], atol=1e-12)


def test_an_eighth_turn_brings_in_paper_at_the_corners():
    turned = rotated(torch.ones(2, 9, 9), 45)
    assert (turned[:, 0, 0] == 0).all() and torch.allclose(turned[:, 4, 4], torch.ones(2))


def test_a_turn_close_to_a_quarter_is_close_to_it():
    images = _field(2, 8, 8)
    assert (rotated(images, 90 + 1e-7) - rotated(images, 90)).abs().max() < 1e-6


def test_images_that_are_not_square_do_not_turn():
    with pytest.raises(ValueError, match="side, side"):
        rotated(torch.zeros(2, 3, 4), 90)


@pytest.mark.parametrize(("dy", "dx"), [(0, 0), (1, 0), (0, -2), (-3, 2), (5, 1), (0, -7)])
def test_whole_shifts_move_pixels_towards_larger_indices(dy, dx):
    field = _field(2, 5, 6)
    wanted = torch.zeros_like(field)
    for y in range(5):
        for x in range(6):
            if 0 <= y - dy < 5 and 0 <= x - dx < 6:
                wanted[:, y, x] = field[:, y - dy, x - dx]
    assert torch.equal(translated(field, dy, dx), wanted)


def test_a_shift_leaves_its_field_alone():
    field = _field(2, 5, 5)
    before = field.clone()
    translated(field, 0, 0).add_(1.0)
    assert torch.equal(field, before)


def test_what_comes_in_is_the_given_fill():
    field, paper = _field(2, 3, 5, 5), torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)[:, None, None]
    moved = translated(field, 2, -1, fill=paper)
    assert torch.equal(moved[:, :, :2], paper.expand(2, 3, 2, 5))
    assert torch.equal(moved[:, :, 2:, 4:], paper.expand(2, 3, 3, 1))
    assert torch.equal(moved[:, :, 2:, :4], field[:, :, :3, 1:])
    blank = paper.expand(field.shape)
    assert torch.allclose(translated(blank, 0.25, 1.5, fill=paper), blank)


@pytest.mark.parametrize(("dy", "dx"), [(0.5, 0.0), (0.25, -1.5), (-2.75, 0.1)])
def test_a_fraction_of_a_pixel_moves_a_plane_by_that_much(dy, dx):
    y, x = _plane(9)
    moved = translated(0.3 * x - 0.7 * y, dy, dx)
    inside = (slice(3, -3), slice(3, -3))
    assert torch.allclose(moved[inside], (0.3 * (x - dx) - 0.7 * (y - dy))[inside], atol=1e-12)


def test_shifts_turn_with_the_image():
    images, turn = _field(2, 7, 7), ImageType(7).act
    assert torch.equal(turn(translated(images, 0, 2), 1), translated(turn(images, 1), 2, 0))
