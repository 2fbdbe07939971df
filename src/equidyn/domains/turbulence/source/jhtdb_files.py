"""Where the files of a split lie, on the Hub or in a folder, and the bytes of its arrays."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from equidyn.core.data import hub, zipped
from equidyn.core.errors import EquidynError
from equidyn.core.files import sha256
from equidyn.core.params.jhtdb import JhtdbSource

Reader = Callable[[str], tuple[bytes, str]]  # path in the metadata -> content, and its name for messages


def located(source: JhtdbSource, file: str, key: str) -> Path:
    """A file on this machine, fetched if need be; raises EquidynError if it is neither here nor to be had.

    file: from the top of the repository or of the folder. key: that of params.yaml which names it.
    """
    if source.path is None:
        return hub.fetch(source.repository, source.revision, file, key=key)
    path = Path(source.path) / file
    if not path.is_file():
        raise EquidynError(f"{path}: no such file in {Path.cwd()}; see source.path and {key}")
    return path


def fingerprint(source: JhtdbSource, file: str, path: Path) -> dict[str, Any]:
    """What the provenance keeps of a file that was read: its name, size and SHA-256."""
    told = file if source.path else f"{file} of the dataset {source.repository} at {source.revision}"
    return {"file": told, "bytes": path.stat().st_size, "sha256": sha256(path)}


@contextmanager
def opened(source: JhtdbSource, split: str, names: Sequence[str], metadata: Path) -> Iterator[Reader]:
    """A reader of the arrays `names` of a split.

    All members of an archive are checked, and all names found in it, before any is read. Raises EquidynError that names
    the metadata and what is missing.
    """
    place, key = getattr(source.files, split).arrays, f"source.files.{split}.arrays"
    if not place.endswith(".zip"):
        yield lambda name: _content(located(source, str(PurePosixPath(place) / name), key))
        return
    with zipped.opened(located(source, place, key)) as archive:
        members = _members(archive, names, metadata)
        yield lambda name: (zipped.read(archive, members[name]), f"{archive.filename}: member {members[name]}")


def _content(path: Path) -> tuple[bytes, str]:
    """A file whole, if it is no larger than a member of an archive may be."""
    size = path.stat().st_size
    if size > zipped.LARGEST:
        raise EquidynError(f"{path}: {size} bytes; at most {zipped.LARGEST} are read")
    try:
        return path.read_bytes(), str(path)
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be read ({fault.strerror or fault})") from None


def _members(archive: ZipFile, names: Sequence[str], metadata: Path) -> dict[str, str]:
    """The member that each path means: the one that ends in it, or else in its last part."""
    found = {name: zipped.find(archive, name, PurePosixPath(name).name) for name in dict.fromkeys(names)}
    missing = [name for name, member in found.items() if member is None]
    if missing:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        there = sum(not info.is_dir() for info in archive.infolist())
        raise EquidynError(
            f"{metadata}: {len(missing)} of the {len(found)} arrays that it names are missing in {archive.filename}, "
            f"which has {there} members: {shown}"
        )
    members = list(found.values())
    shared = next((member for member in members if members.count(member) > 1), None)
    if shared:
        raise EquidynError(f"{metadata}: several of its paths can only mean the member {shared} of {archive.filename}")
    return found
