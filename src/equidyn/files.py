"""Writing so that no partial file is ever taken for a whole one, and so that no two writers meet."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from equidyn.errors import EquidynError


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the place of `path` only if the block ends without an error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({fault.strerror or fault}); nothing was left behind") from fault
    finally:
        _remove(temporary)


def write_text(path: Path, text: str) -> None:
    """Write `text` atomically as UTF-8."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, tree: Any) -> None:
    """Write `tree` atomically; NaN and infinities, which JSON lacks, are refused with ValueError."""
    write_text(path, json.dumps(tree, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """The tree in `path`; a missing or torn file is named, with what to do."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EquidynError(f"{path}: missing; run the stage that makes it (snakemake or dvc repro)") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise EquidynError(f"{path}: not whole JSON ({fault}); delete it and run again") from None


@contextmanager
def sole_writer(name: str) -> Iterator[None]:
    """Hold the lock of an output; if another process holds it, say which one at once instead of waiting."""
    lock = _acquired(name, Path("data/locks") / f"{name.replace('/', '--')}.lock")
    try:
        yield
    finally:
        lock.release()


def _acquired(name: str, path: Path) -> FileLock:
    lock, holder = FileLock(path, timeout=0), path.with_suffix(".holder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        holder.write_text(f"process {os.getpid()} on {os.uname().nodename}", encoding="utf-8")
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise EquidynError(f"{name}: {who} is writing it in {Path.cwd()}; wait for it, or end it") from None
    except OSError as fault:
        reason = fault.strerror or fault
        raise EquidynError(f"{path}: cannot be written ({reason}); is the folder writable?") from fault
    return lock


def _flush_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    # On a read-only folder even the removal of what was never made fails; the first error is the one to tell.
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
