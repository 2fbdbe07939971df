"""A job's side of the warm start. The standard library only: every job imports this, and has nothing else to do."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from equidyn.core.warm import AGAIN, INTERRUPT, STARTED, VARIABLE

_STAGES = ("prepare", "train", "measure", "report")
_PACKAGE = Path(__file__).resolve().parents[1]
_SOURCES = (".py", ".j2", ".css", ".yaml")
# Variables that differ from job to job, or say nothing to the stages; any other one must be the server's.
_OF_THE_JOB = {VARIABLE, "DVC_STAGE", "PWD", "OLDPWD", "SHLVL", "_"}
_INHERITED = ("Umask", "Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Cpus_allowed_list", "Mems_allowed_list")


def handed_over() -> int | None:
    """Exit status of this job, done by the server that EQUIDYN_WARM names; None: this process must do it itself."""
    path = os.environ.get(VARIABLE)
    if path is None or not sys.argv[1:] or sys.argv[1] not in _STAGES:
        return None
    with suppress(KeyboardInterrupt):
        try:
            with _uninterrupted():
                connection = _started(path)
                if connection is not None:
                    _pass_on_interrupts(connection)
        except OSError:
            return None
        return None if connection is None else _status(connection)
    return 128 + signal.SIGINT


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """SIGINT waits until the end of the block: once the job has begun, it is for the job."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def environment_fingerprint() -> str:
    """What a process has from its parent and its files, and a fork from the server: unless equal, a job runs alone.

    Variables; interpreter; size and time of every source file, and time of every folder of installed packages; user,
    umask, processors, limits, niceness, control group; namespaces, in which containers differ.
    """
    proc, search = Path("/proc/self"), map(Path, sys.path[1 - sys.flags.safe_path :])  # not the folder of the script
    status = [line for line in (proc / "status").read_text().splitlines() if line.startswith(_INHERITED)]
    parts = [
        {name: value for name, value in os.environ.items() if name not in _OF_THE_JOB},
        [sys.executable, sys.version, _source_files()],
        [[str(place), place.stat().st_mtime_ns] for place in search if place.exists()],
        [*status, os.nice(0), *((proc / name).read_text() for name in ("limits", "cgroup"))],
        [str((proc / "ns" / name).readlink()) for name in ("mnt", "pid", "net", "user")],
    ]
    return json.dumps(parts, sort_keys=True)


def _source_files() -> list[tuple[str, int, int]]:
    """Path, time and size of all sources of the package: two milliseconds, since every job looks.

    By what they are called, so that what editors leave beside them is none.
    """
    walked = ((folder, name) for folder, _, names in os.walk(_PACKAGE) for name in names if name.endswith(_SOURCES))
    paths = (Path(folder, name) for folder, name in walked if all(map(str.isidentifier, name.split("."))))
    stats = ((path, path.stat()) for path in paths)
    return sorted((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def _started(path: str) -> socket.socket | None:
    """A connection to the server that has started the job; None if it will not; OSError if there is no server."""
    request = {"arguments": sys.argv, "folder": str(Path.cwd()), "environment": dict(os.environ)}
    with os.fdopen(os.memfd_create("request"), "wb", buffering=0) as file:
        file.write(json.dumps(request | {"fingerprint": environment_fingerprint()}).encode())
        while True:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(path)
            socket.send_fds(connection, [b"?"], [file.fileno(), 0, 1, 2])
            answer = connection.recv(1)
            if answer == STARTED:
                return connection
            connection.close()
            if answer != AGAIN:
                return None


def _pass_on_interrupts(connection: socket.socket) -> None:
    def interrupt(*_: object) -> None:
        with suppress(OSError):
            connection.send(INTERRUPT)

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is behind a shell's &
        signal.signal(signal.SIGINT, interrupt)


def _status(connection: socket.socket) -> int:
    """Wait for the job's end. If this process is killed, the server sees the connection close, and kills the job."""
    with suppress(OSError):
        answer = connection.recv(1)
        if answer:
            return answer[0]
    print("equidyn: the server of the warm start was killed, and this job with it", file=sys.stderr)
    return 128 + signal.SIGKILL
