"""Draws of Gaussian sets of two variances: equal seeds give equal sets, and a longer draw begins with a shorter one.

Sample i is of class i mod 2, so that every even number of them is balanced. A stream of sets is a tuple of integers; it
keys a generator of its own (Philox, seeded by numpy's SeedSequence), so streams do not overlap. Each split of a block
is one stream, and so is every epoch of every run that trains on fresh sets. What a dataset's file holds of `Draws` is
all that such a run needs.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

SPLIT_STREAMS = {"train": 0, "validation": 1, "test": 2}
_FRESH = 3


@dataclass(frozen=True)
class Draws:
    """What sets are drawn from: `points` vectors in `dimensions` dimensions, values independent, normal, of mean 0.

    deviations: standard deviation of a value in the first class (label 0) and in the second (label 1).
    """

    points: int
    dimensions: int
    deviations: tuple[float, float]
    seed: int

    def as_json(self) -> dict[str, Any]:
        """JSON data, for the attributes of a dataset."""
        return asdict(self) | {"deviations": list(self.deviations)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `as_json`."""
        return cls(**data | {"deviations": tuple(data["deviations"])})


def draw(draws: Draws, stream: tuple[int, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` sets of a stream, (count, points, dimensions) float32, and their labels, (count,) int64.

    Drawn in double precision, then rounded.
    """
    dice = np.random.Generator(np.random.Philox(np.random.SeedSequence(draws.seed, spawn_key=stream)))
    labels = np.arange(count) % 2
    sets = dice.standard_normal((count, draws.points, draws.dimensions))
    sets *= np.asarray(draws.deviations)[labels, None, None]
    return sets.astype(np.float32), labels


def fresh(draws: Draws, run_seed: int, epoch: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sets and labels, as of `draw`, for one epoch of one run; no other epoch, run or split has any of them."""
    return draw(draws, (_FRESH, run_seed, epoch), count)
