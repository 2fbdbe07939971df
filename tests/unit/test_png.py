"""Grey PNG files decoded many at once, against a library that knows every form; files of other forms are left to it."""

import io
import zlib

import mnists
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image, PngImagePlugin

from equidyn.domains.digits.source import mnist, png
from equidyn.domains.digits.source.digit_images import Facts, content_hash

SIDE = 28
HEAD = png.header(SIDE)


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def _file(rows: bytes, head: bytes = HEAD, *parts: bytes) -> bytes:
    packed = parts or (zlib.compress(rows),)
    return head + b"".join(_chunk(b"IDAT", part) for part in packed) + _chunk(b"IEND", b"")


def _pictures() -> list[np.ndarray]:
    """Noise, a slope, and a disc: (3, 28, 28)."""
    y, x = np.mgrid[:SIDE, :SIDE]
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE))
    return np.stack([noise, 3 * x + 6 * y, 255 * (np.hypot(x - 13, y - 15) < 8)]).astype(np.uint8)


def _rows(kinds: np.ndarray) -> np.ndarray:
    """Random rows (image, 28, 29), as if filtered by these kinds (image, 28): any bytes are some picture's."""
    random = np.random.default_rng(1).integers(0, 256, (len(kinds), SIDE, SIDE + 1)).astype(np.uint8)
    random[:, :, 0] = kinds
    return random


def _of_library(file: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(file)) as image:
        assert image.mode == "L"
        return np.asarray(image)


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_is_undone(kind):
    rows = _rows(np.full((4, SIDE), kind))
    expected = [_of_library(_file(image.tobytes())) for image in rows]
    np.testing.assert_array_equal(png.unfiltered(rows), expected)


def test_filters_may_differ_from_row_to_row_and_image_to_image():
    rows = _rows(np.random.default_rng(2).integers(0, 5, (20, SIDE)))
    expected = [_of_library(_file(image.tobytes())) for image in rows]
    np.testing.assert_array_equal(png.unfiltered(rows), expected)


@pytest.mark.parametrize("picture", _pictures())
def test_what_an_encoder_writes_is_read(picture):
    rows = png.rows_of(mnists.png(picture), HEAD, SIDE)
    found = png.unfiltered(np.frombuffer(rows, np.uint8).reshape(1, SIDE, SIDE + 1))
    np.testing.assert_array_equal(found[0], picture)


def _with_text(picture: np.ndarray) -> bytes:
    file, text = io.BytesIO(), PngImagePlugin.PngInfo()
    text.add_text("Comment", "five")
    Image.fromarray(picture).save(file, "PNG", pnginfo=text)
    return file.getvalue()


ROWS = _rows(np.zeros((1, SIDE))).tobytes()
WHOLE = _file(ROWS)
PACKED = zlib.compress(ROWS)
OTHERS = {
    "nothing": b"",
    "truncated": WHOLE[:200],
    "another side": mnists.png(np.zeros((27, 28), np.uint8)),
    "colours": mnists.png(np.zeros((28, 28, 3), np.uint8)),
    "more chunks": _with_text(_pictures()[0]),
    "two IDAT chunks": _file(ROWS, HEAD, PACKED[:100], PACKED[100:]),
    "a wrong checksum": WHOLE[:60] + bytes([WHOLE[60] ^ 1]) + WHOLE[61:],
    "a row too few": _file(ROWS[:-29]),
    "a row too many": _file(ROWS + ROWS[:29]),
    "far too much": _file(bytes(10_000_000)),
    "bytes behind the rows": _file(ROWS, HEAD, PACKED + b"more"),
    "no zlib stream": _file(ROWS, HEAD, b"not packed"),
    "a filter that is not known": _file(_rows(np.full((1, SIDE), 5)).tobytes()),
}


def test_the_plain_form_is_known():
    assert png.rows_of(WHOLE, HEAD, SIDE) == ROWS


@pytest.mark.parametrize("file", OTHERS.values(), ids=OTHERS)
def test_other_files_are_not_read(file):
    assert png.rows_of(file, HEAD, SIDE) is None


def test_images_of_another_form_stand_in_their_places(workplace):
    """A set in which some files are plain and some are not."""
    pictures, labels = mnists.arrays("train")
    files = [_with_text(picture) if row % 7 == 3 else mnists.png(picture) for row, picture in enumerate(pictures)]
    path = workplace / "mixed.parquet"
    path.write_bytes(mnists.as_file(files, pa.array(labels.tolist(), pa.int64())))
    facts = Facts(tuple(np.bincount(labels, minlength=10).tolist()), content_hash(pictures, labels))
    np.testing.assert_array_equal(mnist.read(path, facts, "mixed").images, pictures)
