"""Members of a zip archive from elsewhere: all names are checked before any is read, and none is unpacked to disk."""

import re
import stat
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from equidyn.core.errors import EquidynError

LARGEST = 2**28  # bytes of one member, unpacked; the largest published one has 11 MB
DENSEST = 100  # unpacked by packed bytes; fields of float32 come to about 1.1
_POINTER = b"version https://git-lfs.github.com"


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """The archive, once all its members have passed; raises EquidynError that names the archive and the member."""
    with _open(path) as archive:
        names = Counter(info.filename for info in archive.infolist())
        for info in archive.infolist():
            fault = "is there twice" if names[info.filename] > 1 else _fault(info)
            if fault:
                raise EquidynError(f"{path}: refused, and nothing of it read: member {info.orig_filename!r} {fault}")
        yield archive


def _open(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except (BadZipFile, ValueError, NotImplementedError) as fault:
        hint = "a git-lfs pointer; run `git lfs pull`" if _is_pointer(path) else "is it cut off? fetch it again"
        raise EquidynError(f"{path}: not a whole zip archive ({fault}): {hint}") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be read ({fault.strerror or fault})") from None


def _is_pointer(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_POINTER)) == _POINTER


def _fault(info: ZipInfo) -> str | None:
    """What is wrong with a member, judged by the archive's directory alone; None if nothing is."""
    name = info.orig_filename
    size, packed = info.file_size, info.compress_size
    faults = {
        "has a null byte in its name": "\0" in name,
        "has an absolute path": name.startswith(("/", "\\")),
        "has a drive letter": bool(re.match(r"[A-Za-z]:", name)),
        "leads out of the archive by '..'": ".." in re.split(r"[/\\]", name),
        "is a symbolic link": stat.S_ISLNK(info.external_attr >> 16),
        "is encrypted": bool(info.flag_bits & 1),
        f"is packed by method {info.compress_type}": info.compress_type not in (ZIP_STORED, ZIP_DEFLATED),
        f"unpacks to {size} bytes; at most {LARGEST} are read": size > LARGEST,
        f"unpacks from {packed} to {size} bytes, more than {DENSEST} times": size > DENSEST * max(packed, 2**10),
    }
    return next((fault for fault, found in faults.items() if found), None)


def find(archive: ZipFile, *names: str) -> str | None:
    """The member that ends in the first of `names` that is there, whatever folder it lies in; None if there is none.

    Raises EquidynError if several folders hold it.
    """
    for name in names:
        found = [member for member in archive.namelist() if f"/{member}".endswith(f"/{name}")]
        if len(found) > 1:
            raise EquidynError(f"{archive.filename}: {name} is there {len(found)} times: {_listed(found)}; keep one")
        if found:
            return found[0]
    return None


def find_all(archive: ZipFile, wanted: Sequence[Sequence[str]]) -> list[str]:
    """`find` for each element of `wanted`; raises EquidynError that names all that are missing."""
    found = [find(archive, *names) for names in wanted]
    missing = [" or ".join(names) for names, member in zip(wanted, found, strict=True) if member is None]
    if missing:
        present = [info.filename for info in archive.infolist() if not info.is_dir()]
        raise EquidynError(
            f"{archive.filename}: {len(missing)} of {len(wanted)} members are missing: {_listed(missing)}. "
            f"It has {len(present)}: {_listed(present)}; see source.layout"
        )
    return [member for member in found if member is not None]


def _listed(names: Sequence[str], most: int = 50) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "") or "none"


def read(archive: ZipFile, member: str) -> bytes:
    """The whole member, checked by its CRC; raises EquidynError that names it if it is damaged."""
    info = archive.getinfo(member)
    try:
        with archive.open(info) as stream:
            data = stream.read(info.file_size)  # bounded: what is packed may unpack to more than the archive declares
    except (BadZipFile, EOFError, OSError, NotImplementedError, zlib.error) as fault:
        raise EquidynError(
            f"{archive.filename}: member {member} is damaged ({str(fault) or 'cut off'}); fetch the archive again"
        ) from None
    if len(data) != info.file_size:
        raise EquidynError(f"{archive.filename}: member {member} is cut off; fetch the archive again")
    return data
