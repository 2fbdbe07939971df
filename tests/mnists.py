"""Small sets of digits in the files that MNIST comes in."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hubs import REPOSITORY, REVISION
from PIL import Image
from pyarrow import parquet

from equidyn.domains.digits.params import DigitsSource
from equidyn.domains.digits.source.digit_images import SIDE, Facts, content_hash
from equidyn.domains.digits.source.mnist import Known

TRAIN, TEST = "mnist/train.parquet", "mnist/test.parquet"
NO_CHANGE: dict[int, None] = {}
COUNTS = {"train": 60, "test": 30}
TREE = {
    "kind": "digits",
    "repository": REPOSITORY,
    "revision": REVISION,
    "files": {"train": TRAIN, "test": TEST},
    "side": 14,
    "split": {"by": "sample", "train": 40, "validation": 10, "test": 20},
    "seed": 3,
}


def source(**changes: Any) -> DigitsSource:
    return DigitsSource.model_validate(TREE | changes)


def arrays(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8, and labels; every digit is there equally often."""
    count = COUNTS[split]
    dice = np.random.default_rng(count)
    return dice.integers(0, 256, (count, SIDE, SIDE), np.uint8), dice.permutation(np.arange(count) % 10)


def png(pixels: np.ndarray) -> bytes:
    """(side, side) or (side, side, 3) uint8 as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def file_of(
    split: str, images: dict[int, bytes | None] = NO_CHANGE, labels: dict[int, int | None] = NO_CHANGE
) -> bytes:
    """The parquet file of a split; `images`, `labels`: what stands in the place of some of its own."""
    pixels, digits = arrays(split)
    data = [png(picture) for picture in pixels]
    values = digits.tolist()
    for row, other in images.items():
        data[row] = other
    for row, other in labels.items():
        values[row] = other
    return as_file(data, pa.array(values, pa.int64()))


def as_file(data: list[bytes | None], labels: pa.Array, name: str = "image") -> bytes:
    """A parquet file of PNG files and labels."""
    column = pa.array([{"bytes": each, "path": f"{row}.png"} for row, each in enumerate(data)])
    file = io.BytesIO()
    parquet.write_table(pa.table({name: column, "label": labels}), file)
    return file.getvalue()


def fill(cache: Path) -> Path:
    """Put both files into the cache; returns the folder that holds them."""
    snapshot = cache / "datasets--owner--smoke" / "snapshots" / REVISION
    for split, name in TREE["files"].items():
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_bytes(file_of(split))
    return snapshot


def facts(split: str) -> Facts:
    images, labels = arrays(split)
    return Facts(tuple(np.bincount(labels, minlength=10).tolist()), content_hash(images, labels))


def known(**changes: Any) -> Known:
    """What is on record of the small sets."""
    pixels = arrays("train")[0] / 255
    moments = {"mean": round(float(pixels.mean()), 4), "deviation": round(float(pixels.std()), 4)}
    return Known(**{"name": "tiny", "train": facts("train"), "test": facts("test")} | moments | changes)
