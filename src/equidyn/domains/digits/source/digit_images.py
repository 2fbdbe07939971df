"""What every origin of digits gives: images of 28 x 28 pixels, their labels, and how both are known."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SIDE, CLASSES = 28, 10
_AT_A_TIME = 1000  # images in double precision


@dataclass(frozen=True)
class Digits:
    """Images as they were found.

    images: (n, side, side), from 0, paper, to `full`, ink; uint8 or float32. labels: (n,) int64, the digit on each.
    """

    images: np.ndarray
    labels: np.ndarray
    full: int

    @property
    def histogram(self) -> tuple[int, ...]:
        """How often each digit occurs."""
        return tuple(np.bincount(self.labels, minlength=CLASSES).tolist())


@dataclass(frozen=True)
class Found:
    """The two sets of an origin, and in words where they are from."""

    train: Digits
    test: Digits
    words: str


@dataclass(frozen=True)
class Facts:
    """What is on record of one set: the count of each digit, and the SHA-256 of its content, as of `content_hash`."""

    histogram: tuple[int, ...]
    sha256: str

    @property
    def count(self) -> int:
        """Images of the set."""
        return sum(self.histogram)

    def faults(self, found: Digits) -> Iterator[str]:
        """How a set differs from what is on record, the plainest difference first."""
        if len(found.labels) != self.count:
            yield f"it holds {len(found.labels)} images, not {self.count}"
        wrong = np.flatnonzero((found.labels < 0) | (found.labels >= CLASSES))
        if wrong.size:
            yield f"the label of image {wrong[0]} is {found.labels[wrong[0]]}, not one of 0 to {CLASSES - 1}"
        elif found.histogram != self.histogram:
            yield f"it holds {list(found.histogram)} images of the digits 0 to 9, not {list(self.histogram)}"
        elif content_hash(found.images, found.labels) != self.sha256:
            yield "images or labels are not those that are on record (SHA-256 over all pixels and labels)"


def content_hash(images: np.ndarray, labels: np.ndarray) -> str:
    """SHA-256 of the pixels, (n, side, side) whole numbers below 256, a byte each, then the labels, a byte each."""
    content = hashlib.sha256(np.ascontiguousarray(images, dtype=np.uint8).data)
    content.update(labels.astype(np.uint8).data)
    return content.hexdigest()


def mean_and_deviation(found: Digits) -> tuple[float, float]:
    """Mean and standard deviation of all pixels, as parts of full ink; summed in double precision."""
    starts = range(0, len(found.images), _AT_A_TIME)

    def inks() -> Iterator[np.ndarray]:
        return (found.images[start : start + _AT_A_TIME].astype(np.float64) / found.full for start in starts)

    mean = sum(part.sum() for part in inks()) / found.images.size
    squares = sum(np.square(part - mean).sum() for part in inks())
    return float(mean), float(np.sqrt(squares / found.images.size))
