"""Writing so that no partial file is ever taken for a whole one, and so that no two writers meet."""

import fcntl
import glob
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout

from equidyn.core.errors import EquidynError
from equidyn.core.provenance import digest

_LOCKS = Path("data/locks")
_CHECKSUM = "checksum"  # key of a record: that of all its other keys


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the place of `path` only if the block ends without an error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path)
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({fault.strerror or fault}); nothing was left behind") from fault
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
    try:
        _clear_up(place)
        fresh.mkdir(parents=True)
        yield fresh
        for path in fresh.rglob("*"):
            if path.is_file():
                _flush_to_disk(path)
        if own is not None:
            _carry_over(place, fresh, own)
        _swap(place, fresh, old)
    except OSError as fault:
        reason = fault.strerror or fault
        raise EquidynError(f"{target}: cannot be written ({reason}); what was there is unchanged") from fault
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


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


@contextmanager
def sole_writer(name: str) -> Iterator[None]:
    """Hold the lock of an output; if another process holds it, say which one at once instead of waiting."""
    with sole_engine():
        lock = _acquired(name, _LOCKS / f"{name.replace('/', '--')}.lock")
        try:
            yield
        finally:
            lock.release()


@contextmanager
def sole_engine(engine: str = "") -> Iterator[None]:
    """Hold the folder for an engine, which removes outputs before it makes them; if another does, say so at once.

    Without a name: for a stage that DVC runs, beside others of DVC; nothing is held for a stage that it does not run.
    """
    beside = not engine and "DVC_STAGE" in os.environ
    with _held("DVC" if beside else engine, beside) if engine or beside else nullcontext():
        yield


def _held(engine: str, beside: bool) -> TextIO:
    """The open file whose lock is the engine's until it is closed; beside: others may hold it beside this one."""
    path = _LOCKS / "engine.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
        fcntl.flock(file, (fcntl.LOCK_SH if beside else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(f"{engine} (process {os.getpid()} on {os.uname().nodename})\n")
        file.flush()
    except BlockingIOError:
        file.close()
        who = path.read_text(encoding="utf-8", errors="replace").strip() or "another engine"
        raise EquidynError(f"{who} is at work in {Path.cwd()}; wait for it, or end it") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({fault.strerror}); is the folder writable?") from fault
    return file


def _acquired(name: str, path: Path) -> FileLock:
    lock, holder = FileLock(path, timeout=0), path.with_suffix(".holder")
    try:
        _LOCKS.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        write_text(holder, f"process {os.getpid()} on {os.uname().nodename}")
    except Timeout:
        who = holder.read_text(encoding="utf-8", errors="replace") if holder.exists() else "another process"
        raise EquidynError(f"{name}: {who} is writing it in {Path.cwd()}; wait for it, or end it") from None
    except OSError as fault:
        reason = fault.strerror or fault
        raise EquidynError(f"{path}: cannot be written ({reason}); is the folder writable?") from fault
    return lock


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
