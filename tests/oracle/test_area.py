"""Averaging over areas, in float64: against whole blocks, against sums over fine cells, and under quarter turns."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from PIL import Image

from equidyn.domains.digits.source import area
from equidyn.symmetry.images import ImageType

SIZES = [(28, 14), (8, 20), (28, 9), (7, 5), (5, 7), (20, 28), (6, 6), (3, 1), (1, 4)]


def image(side: int) -> np.ndarray:
    return np.random.default_rng(side).random((3, side, side))


def slow(picture: np.ndarray, side: int) -> np.ndarray:
    """Each pixel by its definition, with exact overlaps: sum over all old pixels of value times common area."""
    before = picture.shape[-1]
    made = np.zeros((side, side))
    for (row, column), _ in np.ndenumerate(made):
        for (y, x), value in np.ndenumerate(picture):
            share = overlap(row, y, side, before) * overlap(column, x, side, before) * side**2
            made[row, column] += float(share) * value
    return made


def overlap(part: int, pixel: int, after: int, before: int) -> Fraction:
    """Length that the intervals [part, part + 1] / after and [pixel, pixel + 1] / before have in common."""
    start = max(Fraction(part, after), Fraction(pixel, before))
    stop = min(Fraction(part + 1, after), Fraction(pixel + 1, before))
    return max(stop - start, Fraction(0))


@pytest.mark.parametrize(("before", "after"), [(8, 20), (7, 5), (5, 7), (9, 4), (3, 1), (1, 4)])
def test_every_pixel_is_the_mean_over_its_square(before: int, after: int) -> None:
    found = area.resized(image(before)[0], after)
    np.testing.assert_allclose(found, slow(image(before)[0], after), rtol=0, atol=1e-15)


def test_half_the_side_is_the_mean_of_blocks() -> None:
    blocks = image(28).reshape(3, 14, 2, 14, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(area.resized(image(28), 14), blocks, rtol=0, atol=1e-16 * 4)


def test_a_larger_image_made_small_again_is_itself() -> None:
    """8 -> 24 repeats each pixel nine times, and 24 -> 8 takes their means."""
    larger = area.resized(image(8), 24)
    np.testing.assert_allclose(larger, image(8).repeat(3, axis=1).repeat(3, axis=2), rtol=0, atol=1e-15)
    np.testing.assert_allclose(area.resized(larger, 8), image(8), rtol=0, atol=1e-15)


@pytest.mark.parametrize("by", area.MATRICES)
@pytest.mark.parametrize(("before", "after"), SIZES)
def test_quarter_turns_commute(before: int, after: int, by: str) -> None:
    for turns in range(4):
        turned = ImageType(before).act(torch.from_numpy(image(before)), turns).numpy()
        expected = ImageType(after).act(torch.from_numpy(area.resized(image(before), after, by)), turns).numpy()
        np.testing.assert_allclose(area.resized(turned, after, by), expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("before", "after"), SIZES)
def test_bilinear_is_that_of_pillow(before: int, after: int) -> None:
    """Pillow reckons images of floats in single precision."""
    picture = image(before)[0]
    found = Image.fromarray(picture.astype(np.float32)).resize((after, after), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(area.resized(picture, after, "bilinear"), np.asarray(found), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("before", "after"), SIZES)
def test_the_mean_stays(before: int, after: int) -> None:
    means = area.matrix(before, after)
    np.testing.assert_allclose(means.sum(axis=1), 1, rtol=0, atol=1e-15)
    np.testing.assert_allclose(means.sum(axis=0), after / before, rtol=0, atol=4e-15)
    np.testing.assert_array_equal(means, means[::-1, ::-1])
    found = area.resized(image(before), after)
    np.testing.assert_allclose(found.mean(axis=(1, 2)), image(before).mean(axis=(1, 2)), rtol=0, atol=1e-15)


def test_the_same_side_changes_nothing() -> None:
    np.testing.assert_array_equal(area.resized(image(28), 28), image(28))


def test_stripes_finer_than_the_grid_become_grey() -> None:
    """Taking every second pixel would make a white or a black image of them."""
    stripes = np.tile([0.0, 1.0], (28, 14))
    np.testing.assert_array_equal(area.resized(stripes, 14), np.full((14, 14), 0.5))
