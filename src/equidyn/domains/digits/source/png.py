"""Many small grey PNG files at once: their rows inflated one file after the other, their filters undone all together.

Of each file only what nearly every encoder writes for such pictures is read here: 8 bits a pixel, no interlace, one
IDAT chunk, nothing else. A file of another form is left to a library that knows them all, and takes some four times as
long for each.
"""

import zlib
from collections.abc import Callable

import numpy as np

_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"  # the last chunk, with its checksum
_HEAD_BYTES, _CHECKSUM_BYTES = 33, 4  # signature and first chunk
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4  # kinds of filters; 0: none


def header(side: int) -> bytes:
    """How a file of side x side grey pixels of 8 bits begins: the signature, and the chunk IHDR."""
    size = side.to_bytes(4, "big")
    chunk = b"IHDR" + size + size + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + chunk + zlib.crc32(chunk).to_bytes(4, "big")


def rows_of(file: bytes, head: bytes, side: int) -> bytes | None:
    """The rows as they are filtered, side x (1 + side) bytes, the first of each row the kind of its filter.

    head: as of `header`. None unless the file is whole, with the right checksums, and of the plain form. What inflates
    to more than that many bytes is not inflated further.
    """
    tail = len(file) - len(_END)
    start, stop = _HEAD_BYTES + 4, tail - _CHECKSUM_BYTES  # of the name of the chunk IDAT, and of what is in it
    if not (file.startswith(head) and file.endswith(_END) and file[start : start + 4] == b"IDAT"):
        return None
    if int.from_bytes(file[_HEAD_BYTES:start], "big") != stop - start - 4:
        return None
    if zlib.crc32(file[start:stop]) != int.from_bytes(file[stop:tail], "big"):
        return None
    return _inflated(file[start + 4 : stop], side * (1 + side), 1 + side)


def _inflated(packed: bytes, size: int, step: int) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        rows = stream.decompress(packed, size + 1)
    except zlib.error:
        return None
    whole = len(rows) == size and stream.eof and not stream.unused_data
    return rows if whole and max(rows[::step]) <= _PAETH else None


def unfiltered(rows: np.ndarray) -> np.ndarray:
    """The pixels (image, side, side) of filtered rows (image, side, 1 + side), uint8 as they are.

    Portable Network Graphics (W3C, third edition), section 9: each byte is a difference, modulo 256, from what its
    neighbours to the left (a), above (b) and above to the left (c) let expect.
    """
    pixels = rows[:, :, 1:].copy()
    above = np.zeros_like(pixels[:, 0])
    for number in range(pixels.shape[1]):
        row = pixels[:, number]
        for kind, undo in _UNDO.items():
            chosen = np.flatnonzero(rows[:, number, 0] == kind)
            if chosen.size:
                row[chosen] = undo(row[chosen], above[chosen])
        above = row
    return pixels


def _along(row: np.ndarray, above: np.ndarray, expected: Callable[..., np.ndarray]) -> np.ndarray:
    """Pixel by pixel from the left; expected: of a, b, c, which are (image,) int16."""
    high, found = above.astype(np.int16), np.zeros((len(row), row.shape[1] + 1), np.int16)  # a column of 0 on the left
    corner = np.zeros(len(row), np.int16)
    for column in range(row.shape[1]):
        guess = expected(found[:, column], high[:, column], corner)
        found[:, column + 1] = (row[:, column] + guess) & 255
        corner = high[:, column]
    return found[:, 1:].astype(np.uint8)


def _average(a: np.ndarray, b: np.ndarray, _c: np.ndarray) -> np.ndarray:
    return (a + b) // 2


def _paeth(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Whichever of the three is nearest to a + b - c; of equally near ones the first."""
    to_a, to_b, to_c = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    return np.where((to_a <= to_b) & (to_a <= to_c), a, np.where(to_b <= to_c, b, c))


_UNDO = {
    _SUB: lambda row, _above: np.cumsum(row, axis=1, dtype=np.uint8),
    _UP: lambda row, above: row + above,
    _AVERAGE: lambda row, above: _along(row, above, _average),
    _PAETH: lambda row, above: _along(row, above, _paeth),
}
