"""Clouds of points, drawn here, and the vector that is to be told."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.data.store import SPLITS, Stored
from equidyn.core.provenance import Clock
from toy_domain.params import PointsData, PointsSource


@dataclass(frozen=True)
class Clouds(Stored):
    """points: (sample, point, 3) float32; vectors: (sample, 3) float32; ranges: (split, 2), samples [start, stop)."""

    FORMAT = "toy-clouds-1"
    ARRAYS = ("points", "vectors", "ranges")

    points: np.ndarray
    vectors: np.ndarray
    ranges: np.ndarray
    attributes: dict[str, Any]
    splits: tuple[str, ...] = SPLITS


def make(source: PointsSource, wanted: PointsData, name: str, clock: Clock) -> Clouds:
    """Draw one dataset; `name` is STUDY/DATASET."""
    counts = np.array(list(source.lengths().values()))
    points = np.random.default_rng(source.seed).standard_normal((counts.sum(), source.points, 3))
    points[..., 2] *= wanted.stretch
    vectors = (np.square(points).sum(-1, keepdims=True) * points).mean(1)
    stops = np.cumsum(counts)
    checks = {"equivariance": None, "vector_rms": float(np.sqrt(np.square(vectors).mean()))}
    about = {"provenance": clock.provenance() | {"source": "Clouds of points, drawn here"}, "checks": checks}
    return Clouds(points.astype("f4"), vectors.astype("f4"), np.stack([stops - counts, stops], 1), about)
