"""Stages as forks of this process, which has their imports ready; each can be made to die, or to lack room.

A fork is a process of its own with the stage's own command line, started without the seconds that imports take.
"""

import fcntl
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from cutdown import Job
from frozen import stop_clocks

from equidyn.cli import main
from equidyn.core.params import load

_WORDS = 2**20  # bytes that a stage may say
TIMEOUT = 300.0  # s; a stage takes one or two
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}
Fate = Callable[[], None]  # what befalls the fork before it begins


@dataclass(frozen=True)
class End:
    """status: as of subprocess, below zero if a signal ended it; words: what it said; seconds: how long it took."""

    status: int
    words: str
    seconds: float

    @property
    def text(self) -> bool:
        """It refused with a message for its user: status 1 and no traceback."""
        return self.status == 1 and "equidyn: " in self.words and "Traceback" not in self.words


def prepare_imports(folder: Path) -> None:
    """Everything that stages import, once. folder: one with a params.yaml, whose sources are imported too."""
    from equidyn.core.warm import preload

    stop_clocks()
    with chdir(folder):
        preload.run()
        for study in load().studies.values():
            study.home.module("source", study.source.kind)
    import_module("equidyn.report.report")


def run(folder: Path, job: Job, fate: Fate | None = None, kill_after: float | None = None) -> End:
    """Run a stage in `folder`; kill_after: seconds until SIGKILL. A hang is an error here."""
    begun = time.monotonic()
    words, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, _WORDS)  # not a file, since the size of those may be limited
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be(folder, job, fate, into)
    os.close(into)
    status = _waited(pid, begun + (TIMEOUT if kill_after is None else kill_after))
    seconds = time.monotonic() - begun
    if status == -signal.SIGKILL and seconds >= TIMEOUT:
        raise TimeoutError(f"{job} hangs in {folder}")
    with os.fdopen(words, "rb") as stream:
        return End(status, stream.read().decode(errors="replace"), seconds)


def _waited(pid: int, until: float) -> int:
    end = os.pidfd_open(pid)
    try:
        if not _ended(end, until):
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(end)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _ended(end: int, until: float) -> bool:
    return bool(select.select([end], [], [], max(0.0, until - time.monotonic()))[0])


def _be(folder: Path, job: Job, fate: Fate | None, words: int) -> None:
    status = 1
    try:
        os.chdir(folder)
        os.dup2(words, 1)
        os.dup2(words, 2)
        sys.argv = ["equidyn", *job.arguments]
        if fate is not None:
            fate()
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def dies_before_operation(number: int) -> Fate:
    """SIGKILL just before the `number`-th operation that changes a folder, or opens a file to write."""

    def fate() -> None:
        _count_operations(lambda count: count == number and os.kill(os.getpid(), signal.SIGKILL))

    return fate


def counts_operations(into: Path) -> Fate:
    """Write the number of such operations into a file, one character for each."""
    stream = into.open("w", buffering=1)

    def fate() -> None:
        _count_operations(lambda _: os.write(stream.fileno(), b"."))

    return fate


def _count_operations(work: Callable[[int], object]) -> None:
    count = 0

    def hook(event: str, arguments: tuple) -> None:
        nonlocal count
        written = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in _CHANGES or written:
            count += 1
            work(count)

    sys.addaudithook(hook)


def dies_at_byte(byte: int, operation: int) -> Fate:
    """From that operation on, the system kills the process in the middle of the write that passes so many bytes."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (byte, byte))

    return lambda: _count_operations(lambda count: count == operation and limit())


def has_room_for(number: int) -> Fate:
    """No file of the process may grow beyond so many bytes; beyond them a write fails, as on a full disk."""

    def fate() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))

    return fate
