"""A checksum of a whole HDF5 file, in the file: it is compared before the library of HDF5 sees a byte.

That library trusts what it reads: a single bit turned in the file's inner tables can make it return other numbers, ask
for all memory there is, or crash. The format lets a file begin with a block for its user, which readers of HDF5 skip
[HDF5 file format specification, II.A]; here it holds the SHA-256 of all that follows.
"""

import hashlib
from pathlib import Path

BLOCK = 512  # bytes, the smallest that HDF5 allows: h5py.File(..., userblock_size=BLOCK)
_MARK = b"equidyn-sha256 "


def seal(path: Path) -> None:
    """Write the checksum of a finished file, made with BLOCK, into its first bytes."""
    with path.open("r+b") as file:
        file.write(_of_the_rest(path))


def fault(path: Path) -> str | None:
    """What is wrong with the file, in a few words; None if it is what was sealed. OSError if it cannot be read."""
    with path.open("rb") as file:
        found = file.read(BLOCK)
    if not found.startswith(_MARK):
        return "no checksum stands at its beginning"
    return None if found == _of_the_rest(path) else "its bytes do not match its checksum"


def _of_the_rest(path: Path) -> bytes:
    """The whole first block."""
    with path.open("rb") as file:
        file.seek(BLOCK)
        return (_MARK + hashlib.file_digest(file, "sha256").hexdigest().encode()).ljust(BLOCK, b"\0")
