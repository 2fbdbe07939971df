"""Writing so that no partial file is ever taken for a whole one, and reading only what is whole."""

import errno
import glob
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from equidyn.core.errors import EquidynError
from equidyn.core.permission import reason
from equidyn.core.provenance import digest

_CHECKSUM = "checksum"  # key of a record: that of all its other keys
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}  # which only writing meets, and often names no file


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the place of `path` only if the block ends without an error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    told = partial(_told, path, "nothing was left behind")
    try:
        with told():
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(path)
        with told(work_in=temporary):
            yield temporary
        with told():
            _flush_to_disk(temporary)
            temporary.replace(path)
    finally:
        _remove(temporary)


@contextmanager
def whole_folder(target: Path, own: Collection[str] | None = None) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its place only if the block ends without an error.

    A reader finds the old folder or the new one, never a part of either; after an error the old one is kept. `own`:
    the entries that the block writes; what else lies in the old folder is carried over. None: all of it is replaced.
    """
    place = target.resolve()
    fresh, old = (place.with_name(f".{place.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    told = partial(_told, target, "what was there is unchanged")
    try:
        with told():
            _clear_up(place)
            fresh.mkdir(parents=True)
        with told(work_in=fresh):
            yield fresh
        with told():
            for path in fresh.rglob("*"):
                if path.is_file():
                    _flush_to_disk(path)
            if own is not None:
                _carry_over(place, fresh, own)
            _swap(place, fresh, old)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def _told(path: Path, end: str, work_in: Path | None = None) -> Iterator[None]:
    """Tell a fault of writing `path`; work_in: where the block writes, which may fail for other reasons too."""
    try:
        yield
    except OSError as fault:
        names = (fault.filename, fault.filename2)
        inside = work_in is None or any(name and Path(str(name)).is_relative_to(work_in) for name in names)
        if not inside and fault.errno not in _NO_ROOM:
            raise
        raise EquidynError(f"{path}: cannot be written ({reason(fault, path.parent)}); {end}") from fault


def write_text(path: Path, text: str) -> None:
    """Write `text` atomically as UTF-8."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> str:
    """Write `content` atomically; returns its SHA-256, by which `read_checked` knows it again."""
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def read_checked(path: Path, sha256: str, record: str) -> bytes:
    """The content of `path`; raises EquidynError if it is missing, or its SHA-256 is not that in `record` beside it."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise EquidynError(f"{path}: missing or not readable ({fault.strerror}); run the stage that makes it") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        message = f"{path}: not the file that {record} beside it names (SHA-256 {found}; there {sha256})"
        raise EquidynError(f"{message}; delete it and run again (snakemake or dvc repro)")
    return content


def write_json(path: Path, tree: Any) -> None:
    """Write `tree` atomically; NaN and infinities, which JSON lacks, are refused with ValueError."""
    write_text(path, json.dumps(tree, indent=1, allow_nan=False) + "\n")


def write_record(path: Path, tree: dict[str, Any]) -> None:
    """`write_json` with a checksum of the tree, without which a changed digit would be as good as the true one.

    A checksum that the tree has from before, as one that was read has, gives way.
    """
    plain = _content(json.loads(json.dumps(tree, allow_nan=False)))
    write_json(path, plain | {_CHECKSUM: digest(plain)})


def read_json(path: Path) -> Any:
    """The tree in `path`; a missing or torn file is named, with what to do."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EquidynError(f"{path}: missing; run the stage that makes it (snakemake or dvc repro)") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be read ({fault.strerror or fault})") from None
    except (ValueError, RecursionError) as fault:  # of no JSON, no UTF-8, or numbers and depths beyond all bounds
        raise EquidynError(f"{path}: not whole JSON ({fault}); delete it and run again") from None


def read_record(path: Path) -> dict[str, Any]:
    """What `write_record` wrote, with its checksum; raises EquidynError if it is missing, torn or altered."""
    tree = read_json(path)
    if not isinstance(tree, dict) or _CHECKSUM not in tree:
        raise EquidynError(f"{path}: not a whole record (it lacks its checksum); delete it and run again")
    if digest(_content(tree)) != tree[_CHECKSUM]:
        raise EquidynError(f"{path}: its content does not match its checksum; delete it and run again")
    return tree


def _content(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != _CHECKSUM}


def sha256(path: Path) -> str:
    """Checksum of a file of any size, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove_leftovers(path: Path) -> None:
    """What writers of `path` left that were killed: their processes, on this machine, are no more."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        number = leftover.name.split(".")[-2]
        if leftover.is_file() and number.isdecimal() and not _runs(int(number)):
            _remove(leftover)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _clear_up(place: Path) -> None:
    """Remove what a killed run left; if it was killed while it exchanged the folders, put the old one back first."""
    for leftover in sorted(place.parent.glob(f".{place.name}.*"), key=lambda path: path.suffix):
        if leftover.suffix == ".old" and not place.exists():
            leftover.replace(place)
        elif leftover.suffix in (".old", ".part"):
            shutil.rmtree(leftover, ignore_errors=True)


def _carry_over(place: Path, fresh: Path, own: Collection[str]) -> None:
    for entry in place.iterdir() if place.exists() else []:
        if entry.name in own:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)


def _swap(place: Path, fresh: Path, old: Path) -> None:
    if not place.exists():
        fresh.replace(place)
        return
    place.replace(old)
    try:
        fresh.replace(place)
    except OSError:
        old.replace(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove(path: Path) -> None:
    # On a read-only folder even the removal of what was never made fails; the first error is the one to tell.
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
