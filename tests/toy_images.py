"""Synthetic images of ten classes, for tests that need no download."""

from typing import Any

import numpy as np

from equidyn.core.data.labelled import Labelled
from equidyn.core.data.store import SPLITS, laid_out

CLASSES = 10


def digits_source(side: int, counts: dict[str, int]) -> dict[str, Any]:
    """The source of a study of such images, as params.yaml has it."""
    return {
        "kind": "digits",
        "repository": "owner/digits",
        "revision": "0" * 40,
        "files": {"train": "train.parquet", "test": "test.parquet"},
        "side": side,
        "split": {"by": "sample", **counts},
        "blocks": 2,
        "seed": 0,
    }


def digits(side: int, counts: dict[str, int], seed: int = 0) -> Labelled:
    """So many images of side x side pixels in each split, in [0, 1]; the classes follow one another in turn.

    An image is three soft blobs; their places belong to its class, and are jittered. No turn maps a class to itself.
    """
    random = np.random.default_rng(seed)
    centres = random.uniform(0.2, 0.8, size=(CLASSES, 3, 2)) * (side - 1)
    labels = np.concatenate([np.arange(counts[split]) % CLASSES for split in SPLITS])
    places = centres[labels] + random.normal(scale=0.04 * side, size=(len(labels), 3, 2))
    ink = random.uniform(0.6, 1.0, size=(len(labels), 3))
    distances = (np.arange(side)[:, None] - places[:, :, None, :]) / (0.1 * side)  # (sample, blob, pixel, axis)
    rows, columns = np.moveaxis(np.exp(-(distances**2) / 2), -1, 0)
    images = np.einsum("nb,nby,nbx->nyx", ink, rows, columns).clip(0, 1).astype(np.float32)
    ranges = laid_out({split: counts[split] for split in SPLITS}, 1)
    return Labelled(
        images,
        labels.astype(np.int64),
        ranges,
        {"provenance": _PROVENANCE, "checks": _checks(images, labels, ranges, counts)},
    )


_PROVENANCE = {"source": "synthetic blobs", "wall_seconds": 0.0}


def _checks(images: np.ndarray, labels: np.ndarray, ranges: np.ndarray, counts: dict[str, int]) -> dict:
    """As the data stage writes them."""
    parts = {split: labels[start:stop] for split, (start, stop) in zip(SPLITS, ranges[0], strict=True)}
    return {
        "equivariance": None,
        "origin": "optdigits",
        "wanted_origins": ["optdigits"],
        "why_not": {},
        "counts": dict(counts),
        "shrunk": False,
        "histogram": {split: np.bincount(part, minlength=CLASSES).tolist() for split, part in parts.items()},
        "fewest": min(np.bincount(part, minlength=CLASSES).min().item() for part in parts.values()),
        "rms": {"train": float(np.sqrt(np.square(images[slice(*ranges[0, 0])], dtype=float).mean()))},
        "mean": float(images.mean()),
        "sd": float(images.std()),
    }
