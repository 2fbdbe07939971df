"""What is measured of a set of digits while it is made."""

from typing import Any

import numpy as np

from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import rms
from equidyn.domains.digits.source.digit_images import CLASSES, Found, mean_and_deviation


def measure(made: Labelled, found: Found) -> dict[str, Any]:
    """How many images a block has, how many of each digit all have, how dark they are, and how far from symmetric.

    `equivariance` is None: no image is stored in more than one direction, so the data have no equivariance error. mean,
    sd: of the pixels of all of the origin's training images at 28 x 28 pixels, as parts of full ink. rms: of the pixels
    of each split, of all blocks. fewest: images of the rarest digit in a split of a block.
    """
    mean, deviation = mean_and_deviation(found.train)
    train, _ = made.of("train")
    return {
        "equivariance": None,
        "counts": {split: len(made.of(split)[1]) // made.blocks for split in made.splits},
        "histogram": {split: histogram(made.of(split)[1]) for split in made.splits},
        "fewest": min(min(histogram(made.labels[slice(*span)])) for span in made.ranges.reshape(-1, 2)),
        "rms": {split: rms(made.of(split)[0]) for split in made.splits},
        "mean": mean,
        "sd": deviation,
        "mean_turned": turned_apart(train),
        "mean_halves": halves_apart(train),
    }


def histogram(labels: np.ndarray) -> list[int]:
    """How often each of the ten digits occurs."""
    return np.bincount(labels, minlength=CLASSES).tolist()


def turned_apart(images: np.ndarray) -> list[float]:
    """How far the mean image is from itself turned by 90, 180 and 270 degrees, relative to its norm.

    images: (n, side, side). If a turned digit were as probable as an upright one, this would be as small as
    `halves_apart`, which is chance alone.
    """
    mean = images.mean(axis=0, dtype=np.float64)
    return [_apart(np.rot90(mean, -turns), mean, mean) for turns in (1, 2, 3)]


def halves_apart(images: np.ndarray) -> float | None:
    """How far apart the mean images of the two halves of the set are, relative to the norm of the mean of all.

    None for a single image.
    """
    if len(images) < 2:
        return None
    first, second = (half.mean(axis=0, dtype=np.float64) for half in np.array_split(images, 2))
    return _apart(first, second, images.mean(axis=0, dtype=np.float64))


def _apart(first: np.ndarray, second: np.ndarray, unit: np.ndarray) -> float:
    """||first - second|| / ||unit||; 0 where they are equal, blank images too."""
    gap = np.linalg.norm(first - second)
    return float(gap / np.linalg.norm(unit)) if gap else 0.0
