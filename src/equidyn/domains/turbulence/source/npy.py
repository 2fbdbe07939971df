"""An array from an .npy file that numpy wrote elsewhere, read so that no code in it can run."""

import io
import math

import numpy as np

from equidyn.core.errors import EquidynError, first_line

_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def array(data: bytes, name: str) -> np.ndarray:
    """The float32 array in the bytes of an .npy file, of any shape; `name` is of the file, for messages.

    What the header says is compared with the bytes that are there before any memory is taken. Raises EquidynError if
    the file is damaged, cut off, or holds anything else.
    """
    shape, by_columns, dtype, start = _header(data, name)
    if dtype.hasobject:
        raise EquidynError(f"{name}: refused, and nothing of it run: it asks for Python objects")
    if dtype != np.dtype("<f4"):
        raise EquidynError(f"{name}: its numbers are {dtype}; expected float32")
    wanted, there = 4 * math.prod(shape), len(data) - start
    if min(shape, default=1) < 0 or wanted != there:
        raise EquidynError(
            f"{name}: {there} bytes of numbers; its shape {shape} needs {wanted}. Cut off? Fetch it again"
        )
    return np.frombuffer(data, "<f4", offset=start).reshape(shape, order="F" if by_columns else "C")


def _header(data: bytes, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, whether the first index runs fastest, type, and where the numbers begin."""
    stream = io.BytesIO(data)
    try:
        shape, by_columns, dtype = _READERS[np.lib.format.read_magic(stream)](stream)
    except Exception as fault:  # bytes from elsewhere can break a reader in any way
        raise EquidynError(f"{name}: not a whole .npy file ({first_line(fault)})") from None
    return shape, by_columns, dtype, stream.tell()
