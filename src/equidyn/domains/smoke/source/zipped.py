"""Tensors in a zip archive from elsewhere: nothing is unpacked to disk, no code in it is run, no size is trusted."""

import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError  # noqa: TID251 only its error
from textwrap import shorten
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
import torch

from equidyn.core.errors import EquidynError, first_line

LARGEST = 2**28  # bytes of one member, unpacked; the largest published one has 11 MB
# What zipfile and zlib raise of damaged archives; RuntimeError: flags and versions that they do not know.
_FAULTS = (BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error)
_LEADS_OUT = re.compile(r"[/\\]|[A-Za-z]:|(.*[/\\])?\.\.([/\\]|$)|.*\0", re.DOTALL)  # from the name's start


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """The archive, once all its members have passed; raises EquidynError that names the archive and the member."""
    try:
        archive = ZipFile(path)
    except _FAULTS as fault:
        hint = "is it cut off, or a pointer of git-lfs? Fetch it again"
        raise EquidynError(f"{path}: not a whole zip archive ({first_line(fault)}): {hint}") from None
    with archive:
        for info in archive.infolist():
            if fault := _fault(info):
                raise EquidynError(f"{path}: refused, and nothing of it read: member {info.orig_filename!r} {fault}")
        yield archive


def _fault(info: ZipInfo) -> str | None:
    """What is wrong with a member, judged by the archive's directory alone; None if nothing is."""
    if _LEADS_OUT.match(info.orig_filename):
        return "has a name that leads out of the archive"
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return f"is packed by method {info.compress_type}, neither stored nor deflated"
    if info.flag_bits & 1:
        return "is encrypted"
    return f"unpacks to {info.file_size} bytes; at most {LARGEST} are read" if info.file_size > LARGEST else None


def find(archive: ZipFile, wanted: Sequence[Sequence[str]]) -> list[str]:
    """For each element of `wanted` the member that ends in the first of its names that is there, in any folder.

    Raises EquidynError that lists all that are missing, or the folders that hold the same one.
    """
    there, found, missing = archive.namelist(), [], []
    for names in wanted:
        alike = ([member for member in there if f"/{member}".endswith(f"/{name}")] for name in names)
        members = next(filter(None, alike), None)
        if members is None:
            missing.append(" or ".join(names))
        elif len(members) > 1:
            raise EquidynError(f"{archive.filename}: one member {len(members)} times: {_listed(members)}; keep one")
        else:
            found += members
    if missing:
        raise EquidynError(
            f"{archive.filename}: {len(missing)} of {len(wanted)} members are missing: {_listed(missing)}. "
            f"It has {len(there)}: {_listed(there)}; see source.layout"
        )
    return found


def _listed(names: Sequence[str]) -> str:
    return shorten(", ".join(names), 1000, placeholder=" ...") or "none"


def array(archive: ZipFile, member: str) -> np.ndarray:
    """The one float32 tensor of a member that torch.save wrote.

    Raises EquidynError that names archive and member if it is damaged, holds anything else, or asks for code to be run.
    """
    where = f"{archive.filename}: member {member}"
    data = _content(archive, member, where)
    try:
        _refuse_inflation(data)
        found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except UnpicklingError as fault:
        called = ", ".join(re.findall(r"GLOBAL (\S+)", str(fault))) or "something that is no tensor"
        raise EquidynError(f"{where}: refused, and nothing of it run: its pickle asks for {called}") from None
    except Exception as fault:  # bytes from elsewhere can break a reader in any way
        raise EquidynError(f"{where}: not a whole file of torch.save ({first_line(fault)}); fetch it again") from None
    kind = (type(found), *(getattr(found, key, None) for key in ("dtype", "layout", "device")))
    if kind != (torch.Tensor, torch.float32, torch.strided, torch.device("cpu")):
        text = found.type() if isinstance(found, torch.Tensor) else type(found).__name__
        raise EquidynError(f"{where}: holds a {text}; expected one dense tensor of float32")
    return found.numpy(force=True)


def _content(archive: ZipFile, member: str, where: str) -> bytes:
    """The bytes of a member, no more than it declares; reading them to the end compares the CRC."""
    info = archive.getinfo(member)
    try:
        with archive.open(info) as stream:
            data = stream.read(info.file_size)
        if len(data) != info.file_size:
            raise EOFError(f"cut off: {len(data)} of {info.file_size} bytes")
    except _FAULTS as fault:
        raise EquidynError(f"{where}: cannot be read ({first_line(fault)}); fetch the archive again") from None
    return data


def _refuse_inflation(data: bytes) -> None:
    """torch.save packs nothing; records that unpack to more than the file itself are no work of it."""
    if not data.startswith(b"PK"):
        return  # the older format, which has no packing
    with ZipFile(io.BytesIO(data)) as records:
        total = sum(record.file_size for record in records.infolist())
    if total > len(data):
        raise BadZipFile(f"its records unpack to {total} bytes, it has {len(data)}")
