"""A tensor from a file that torch.save wrote elsewhere, read so that no code in it can run."""

import io
import re
from pickle import UnpicklingError
from zipfile import BadZipFile, ZipFile

import torch

from equidyn.core.errors import EquidynError, first_line

_ZIP = b"PK\x03\x04"


def tensor(data: bytes, name: str) -> torch.Tensor:
    """The one plain tensor in the bytes of a .pt file; `name` is of the file, for messages.

    Raises EquidynError if the file is damaged, holds anything else, or asks for code to be run.
    """
    _refuse_inflation(data, name)
    try:
        found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except UnpicklingError as fault:
        called = ", ".join(re.findall(r"GLOBAL (\S+)", str(fault))) or "something that is no tensor"
        raise EquidynError(f"{name}: refused, and nothing of it run: its pickle asks for {called}") from None
    except Exception as fault:  # bytes from elsewhere can break a reader in any way
        raise EquidynError(
            f"{name}: not a whole file of torch.save ({first_line(fault)}); fetch the archive again"
        ) from None
    if type(found) is not torch.Tensor or found.layout != torch.strided or found.device.type != "cpu":
        raise EquidynError(f"{name}: holds a {type(found).__name__}; expected one plain tensor")
    return found


def _refuse_inflation(data: bytes, name: str) -> None:
    """torch.save packs nothing; records that would unpack to more than the file itself are no work of it."""
    if not data.startswith(_ZIP):
        return  # the older format, which has no packing
    try:
        with ZipFile(io.BytesIO(data)) as records:
            total = sum(record.file_size for record in records.infolist())
    except (BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        raise EquidynError(f"{name}: not a whole file of torch.save ({fault}); fetch the archive again") from None
    if total > len(data):
        raise EquidynError(f"{name}: refused: its records unpack to {total} bytes, the file has {len(data)}")
