"""MNIST, 60,000 and 10,000 handwritten digits (LeCun, Cortes, Burges 1998), from the Hugging Face Hub.

Two parquet files, each with a column `image`, a structure whose field `bytes` is a PNG file, and a column `label`.
Their bytes may differ from one copy to the next, and so may those of the PNG files in them; the pixels may not. Pixels
and labels are compared with what is on record: the original files, a header of 16 bytes and then the pixels, a byte
each, have the MD5 sums 6bbc9ace898e44ae57da46a324031adb (training) and 2646ac647ad5339dbf082846283269ea (test).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equidyn.core.data import hub
from equidyn.core.errors import EquidynError, first_line
from equidyn.core.progress import progress
from equidyn.domains.digits.params import DigitsSource
from equidyn.domains.digits.source.digit_images import SIDE, Digits, Facts, Found, mean_and_deviation

if TYPE_CHECKING:
    from pyarrow import Table


_ROUNDED = 0.501e-4  # of a number with four digits after the point


@dataclass(frozen=True)
class Known:
    """What is on record of a dataset: both of its sets, and mean and standard deviation of the training pixels [1].

    Both moments are given to four digits after the point, and no more of them is compared.
    """

    name: str
    train: Facts
    test: Facts
    mean: float
    deviation: float


# Counts and moments as published; the sums are of arrays that have the MD5 sums above, with the header put before them.
MNIST = Known(
    name="MNIST",
    train=Facts(
        histogram=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
        sha256="edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b",
    ),
    test=Facts(
        histogram=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
        sha256="c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b",
    ),
    mean=0.1307,
    deviation=0.3081,
)


def load(source: DigitsSource, known: Known = MNIST) -> Found:
    """Both sets, from the cache or fetched into it.

    Raises hub.UnavailableError if a file is not available; EquidynError, which names the file, if one is not what is on
    record in `known`.
    """
    splits = {"train": source.files.train, "test": source.files.test}
    place = (source.repository, source.revision)
    paths = {split: hub.fetch(*place, file, f"source.files.{split}", None) for split, file in splits.items()}
    train, test = (read(path, getattr(known, split), known.name) for split, path in paths.items())
    _check_moments(train, known, paths["train"])
    return Found(train, test, f"{known.name} ({source.repository} at {source.revision[:8]})")


def read(path: Path, facts: Facts, name: str) -> Digits:
    """One set; raises EquidynError, which names the file and says what to do, unless it has these facts."""
    try:
        found = _decoded(_table(path), path)
    except _BrokenError as broken:
        raise _refusal(path, str(broken), name) from None
    for fault in facts.faults(found):
        raise _refusal(path, fault, name)
    return found


class _BrokenError(Exception):
    """Something in a file that cannot be read as a set of digits."""


def _refusal(path: Path, fault: str, name: str) -> EquidynError:
    whole = path.resolve()
    both = f" and {whole}, to which it points" if path.is_symlink() else ""
    return EquidynError(f"{path}: not the {name} that is on record: {fault}. Delete it{both}, and fetch it again")


def _check_moments(train: Digits, known: Known, path: Path) -> None:
    """Two numbers that everybody who uses MNIST knows; after the sum of the content, a check of our own arithmetic."""
    mean, deviation = mean_and_deviation(train)
    if not max(abs(mean - known.mean), abs(deviation - known.deviation)) <= _ROUNDED:
        found = f"mean {mean:.4f} and standard deviation {deviation:.4f}"
        fault = f"its pixels have {found}, not {known.mean} and {known.deviation}"
        raise _refusal(path, fault, known.name)


def _table(path: Path) -> "Table":
    """The two columns; their types are what we expect."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        table = ParquetFile(path, page_checksum_verification=True).read(["image", "label"], use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _BrokenError(f"not a whole parquet file ({first_line(fault)})") from None
    if table.schema.names != ["image", "label"]:
        raise _BrokenError(f"it has the columns {table.schema.names}, and image and label are needed")
    image, label = table.schema.types
    names = [field.name for field in image] if pa.types.is_struct(image) else []
    if "bytes" not in names or not pa.types.is_binary(image.field("bytes").type) or label != pa.int64():
        raise _BrokenError(f"image is {image} and label {label}; expected a structure with binary bytes, and int64")
    if table["label"].null_count:
        raise _BrokenError("some image has no label")
    return table


def _decoded(table: "Table", path: Path) -> Digits:
    labels = table["label"].to_numpy()
    images = np.zeros((len(labels), SIDE, SIDE), np.uint8)
    with progress(f"reading {path.name}", len(labels)) as advance:
        for number, data in enumerate(_files(table)):
            images[number] = _pixels(data, number)
            if (number + 1) % 1000 == 0 or number + 1 == len(labels):
                advance(number + 1, "images read")
    return Digits(images, labels, full=255)


def _files(table: "Table") -> Iterator[bytes | None]:
    """The PNG file of each row."""
    for chunk in table["image"].chunks:
        yield from chunk.field("bytes").to_pylist()


def _pixels(data: bytes | None, row: int) -> np.ndarray:
    """(28, 28) uint8; the size is looked at before anything is decoded."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data or b""), formats=("PNG",)) as image:
            if (image.mode, image.size) != ("L", (SIDE, SIDE)):
                wide, high = image.size
                raise _BrokenError(f"image {row} is {high} x {wide} pixels of mode {image.mode}, not 28 x 28 grey ones")
            return np.asarray(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise _BrokenError(f"image {row} is no whole PNG file ({fault})") from None
