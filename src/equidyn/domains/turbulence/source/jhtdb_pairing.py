"""How coarse frames came from fine ones, as far as the files themselves tell.

A coarse voxel should be the mean over the cube of fine voxels that it covers: then both grids have one centre, and a
rotation about it turns both. The database's own filter may sit elsewhere. So means over several windows, and single
fine voxels, are compared with the coarse frames, and the best one is told.
"""

from typing import Any

import numpy as np


def windows(factor: int) -> list[tuple[int, int]]:
    """Start, from the first fine voxel of a coarse one, and width of the windows tried; the covered cube first.

    Single voxels, means over `factor` of them, and over one more, whose middle is a voxel.
    """
    half = factor // 2
    filters = [(start, width) for width in (factor, factor + 1) for start in range(-half, half + 1)]
    return sorted([*filters, *((start, 1) for start in range(factor))], key=lambda window: window != (0, factor))


def sums(fine: np.ndarray) -> np.ndarray:
    """Sums of a field (..., Z, Y, X) over all voxels before a corner, (..., Z + 1, Y + 1, X + 1) float64."""
    total = fine.astype(np.float64)
    for axis in (-3, -2, -1):
        total = np.insert(np.cumsum(total, axis=axis), 0, 0.0, axis=axis)
    return total


def window_means(total: np.ndarray, window: tuple[int, int], factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Means of a field over cubic windows, one per coarse voxel, and the coarse indices that have a whole window.

    total: the field's `sums`. The means are (..., m, m, m), m = number of these indices, the same along all axes.
    """
    start, width = window
    side = total.shape[-1] - 1
    first = np.arange(side // factor) * factor + start
    whole = np.flatnonzero((first >= 0) & (first + width <= side))
    for axis in (-3, -2, -1):
        total = np.take(total, first[whole] + width, axis=axis) - np.take(total, first[whole], axis=axis)
    return total / width**3, whole


def fit(coarse: np.ndarray, fine: np.ndarray, factor: int) -> dict[str, Any]:
    """The window that explains the middle coarse frames best, and what it leaves unexplained.

    coarse: (sample, frame, 3, z, y, x); fine: (sample, 3, Z, Y, X). Returns "width" [fine voxels]; "offset" of the
    window's middle from the coarse voxel's [fine voxels, along every axis]; "frames": for each coarse frame, root mean
    square of what is left over that of the frame; "residual": that of the middle one.
    """
    tried = windows(factor)
    left = np.zeros((len(tried), coarse.shape[1]))
    size = np.zeros_like(left)
    for frames, field in zip(coarse, fine, strict=True):
        total = sums(field)
        for row, window in enumerate(tried):
            means, whole = window_means(total, window, factor)
            shown = frames[(..., *np.ix_(whole, whole, whole))].astype(np.float64)
            left[row] += np.square(shown - means).sum(axis=(1, 2, 3, 4))
            size[row] += np.square(shown).sum(axis=(1, 2, 3, 4))
    unexplained = np.sqrt(left / np.where(size > 0, size, 1.0))
    middle = coarse.shape[1] // 2
    chosen = int(unexplained[:, middle].argmin())
    start, width = tried[chosen]
    offset = start + (width - factor) / 2
    residuals = unexplained[chosen].tolist()
    return {"width": width, "offset": offset, "frames": residuals, "residual": residuals[middle]}
