"""Square images made smaller or larger by averaging over areas: each pixel is the mean of what lies under it.

An image is taken for a function that is constant on each pixel, and a new pixel is the mean of that function over its
square. Nothing finer than the new grid remains to be mistaken for something coarse (no aliasing), the mean of the image
stays, and a turned image becomes the turned result, since all that counts is how squares overlap.

Beside it stands the resize of the project description: bilinear, of weights that fall linearly from a new pixel's
middle, and as wide as new pixels are apart where these are the coarser ones, so that there is no aliasing either.
"""

import numpy as np


def matrix(before: int, after: int) -> np.ndarray:
    """(after, before) float64: the means over `after` equal parts of a line of `before` pixels.

    Pixel j begins at j / before and part i at i / after; in units of 1 / (before after) all ends are whole numbers, and
    so are the overlaps. Every row sums to 1, every column to after / before.
    """
    part, pixel = np.arange(after)[:, None] * before, np.arange(before)[None, :] * after
    overlap = np.minimum(part + before, pixel + after) - np.maximum(part, pixel)
    return np.maximum(overlap, 0) / before


def bilinear(before: int, after: int) -> np.ndarray:
    """(after, before) float64: weights max(0, 1 - distance of the middles / width), rows summing to 1.

    width: one new pixel, or one old one where those are larger. As Pillow resizes, which rounds to whole steps of grey.
    """
    middle, pixel = (2 * np.arange(after)[:, None] + 1) * before, (2 * np.arange(before)[None, :] + 1) * after
    weights = np.maximum(0, 1 - abs(middle - pixel) / (2 * max(before, after)))  # whole numbers, so exactly symmetric
    return weights / weights.sum(axis=1, keepdims=True)


MATRICES = {"area": matrix, "bilinear": bilinear}


def resized(images: np.ndarray, side: int, by: str = "area") -> np.ndarray:
    """Images (..., before, before) on `side` x `side` pixels, in float64; by: see MATRICES."""
    means = MATRICES[by](images.shape[-1], side)
    return means @ images @ means.T
