"""Locks, so that no two writers of an output meet, nor two engines in a folder. Nobody waits: the second is told."""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TextIO

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from equidyn.core.errors import EquidynError
from equidyn.core.files import write_text
from equidyn.core.permission import reason

_LOCKS = Path("data/locks")
# What a file system says that has no locks: Lustre without the option `flock`, some NFS and FUSE.
_WITHOUT = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}


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
        _lock(file, fcntl.LOCK_SH if beside else fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{engine} (process {os.getpid()} on {os.uname().nodename})\n")
        file.flush()
    except BlockingIOError:
        file.close()
        who = path.read_text(encoding="utf-8", errors="replace").strip() or "another engine"
        raise EquidynError(f"{who} is at work in {Path.cwd()}; wait for it, or end it") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({reason(fault, path)})") from fault
    return file


def _lock(file: TextIO, kind: int) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as fault:
        if fault.errno not in _WITHOUT:
            raise
        _tell_without(fault.strerror or str(fault))


@cache
def _tell_without(said: str) -> None:
    """Once in a process. There is no other lock that many may hold beside each other, as the stages of DVC do."""
    here = Path.cwd()
    print(
        f"equidyn: the file system of {here} has no locks ({said}): that Snakemake and DVC are at work there "
        "at once would not be noticed; run one at a time",
        file=sys.stderr,
    )


def _acquired(name: str, path: Path) -> BaseFileLock:
    holder = path.with_suffix(".holder")
    try:
        _LOCKS.mkdir(parents=True, exist_ok=True)
        lock = _taken(path)
        write_text(holder, f"process {os.getpid()} on {os.uname().nodename}")
    except Timeout as held:
        who = holder.read_text(encoding="utf-8", errors="replace") if holder.exists() else "another process"
        mend = "wait for it, or end it"
        if held.lock_file != str(path):
            mend += f"; if it is no more, delete {held.lock_file}"
        raise EquidynError(f"{name}: {who} is writing it in {Path.cwd()}; {mend}") from None
    except OSError as fault:
        raise EquidynError(f"{path}: cannot be written ({reason(fault, path)})") from fault
    return lock


def _taken(path: Path) -> BaseFileLock:
    """The lock, held; where the file system has none, a file beside it that is there as long as its process."""
    lock: BaseFileLock = FileLock(path, timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except OSError as fault:
        if fault.errno not in _WITHOUT:
            raise
        lock = SoftFileLock(path.with_suffix(".soft"), timeout=0)
        lock.acquire()
    return lock
