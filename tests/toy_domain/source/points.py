"""Clouds of points, drawn here, and the vector that is to be told."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from equidyn.core.data.store import SPLITS, Sampled, laid_out
from equidyn.core.provenance import Clock
from toy_domain.params import PointsData, PointsSource


@dataclass(frozen=True)
class Clouds(Sampled):
    """points: (sample, point, 3) float32; vectors: (sample, 3) float32; ranges: (block, split, 2)."""

    FORMAT = "toy-clouds-1"
    ARRAYS = ("points", "vectors", "ranges")

    points: np.ndarray
    vectors: np.ndarray
    ranges: np.ndarray
    attributes: dict[str, Any]
    splits: tuple[str, ...] = SPLITS


def make(source: PointsSource, wanted: PointsData, name: str, clock: Clock) -> Clouds:
    """Draw one dataset; `name` is STUDY/DATASET."""
    ranges = laid_out(source.lengths(), source.block_count)
    points = np.random.default_rng(source.seed).standard_normal((ranges.max(), source.points, 3))
    points[..., 2] *= wanted.stretch
    vectors = (np.square(points).sum(-1, keepdims=True) * points).mean(1)
    checks = {"equivariance": None, "vector_rms": float(np.sqrt(np.square(vectors).mean()))}
    about = {"provenance": clock.provenance() | {"source": "Clouds of points, drawn here"}, "checks": checks}
    return Clouds(points.astype("f4"), vectors.astype("f4"), ranges, about)
