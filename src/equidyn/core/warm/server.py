"""The server of the warm start: it has the stages ready once (preload.py), and answers each job by a fork of itself.

It starts no thread and computes nothing, so that its forks begin as a fresh process does after its imports. Beyond that
they share the seed of Python's string hashes, which in a fresh process is random and must not matter. Their peak memory
counts the pages that they share with it (about 200 MB), but none of the libraries' that they never touch, so that it
comes out some 40 MB lower than alone; their wall time begins with the stage, as alone.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from equidyn.core.children import end_with
from equidyn.core.warm import ALONE, STARTED, VARIABLE, preload
from equidyn.core.warm.client import environment_fingerprint


def serve(main: Callable[[], None]) -> None:
    """Answer jobs by `main` until standard input, which `equidyn warm` holds, is closed.

    argv: the socket's number, and the words of the first job.
    """
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.set_inheritable(False)
    own = (
        environment_fingerprint()
    )  # before the imports: a file that changes meanwhile is not taken for the imported one
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    gc.disable()
    preload.run(_settings_of(sys.argv[2:]))
    gc.freeze()
    _Server(listener, main, own).run()


def _settings_of(words: list[str]) -> Path | None:
    """What a job has instead of params.yaml."""
    place = words.index("--params") + 1 if "--params" in words else 0
    return Path(words[place]) if 0 < place < len(words) else None


def received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A client's request, and its standard streams, which the caller closes; OSError or ValueError if there is none."""
    _, files, *_ = socket.recv_fds(connection, 1, 4)
    if not files:
        raise ValueError("the client is gone")
    with os.fdopen(files[0], "rb") as file:
        file.seek(0)
        return json.load(file), files[1:]


class _Server:
    """One loop over the socket, the clients and the running jobs."""

    def __init__(self, listener: socket.socket, main: Callable[[], None], own: str) -> None:
        self._listener, self._main, self._own = listener, main, own
        self._selector = selectors.DefaultSelector()
        self._watch(listener, self._accept)
        self._watch(0, self._quit)

    def run(self) -> None:
        while True:
            for key, _ in self._selector.select()[:1]:  # one at a time, since it may make the others void
                key.data()

    def _watch(self, file: Any, work: Callable[[], None]) -> None:
        self._selector.register(file, selectors.EVENT_READ, work)

    def _quit(self) -> None:
        """The running jobs are killed by that; the folder is there still if `equidyn warm` was killed."""
        path = Path(self._listener.getsockname())
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()
        sys.exit()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        self._watch(connection, partial(self._begin, connection))

    def _begin(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        try:
            request, streams = received(connection)
        except (OSError, ValueError):
            connection.close()
            return
        pid = self._forked(request, streams) if request["fingerprint"] == self._own else None
        for stream in streams:
            os.close(stream)
        with suppress(OSError):  # a client that is gone is noticed when its connection is read
            connection.send(ALONE if pid is None else STARTED)
        if pid is None:
            connection.close()
        else:
            self._watch(connection, partial(self._hear, connection, pid))
            end = os.pidfd_open(pid)
            self._watch(end, partial(self._end, connection, pid, end))

    def _forked(self, request: dict[str, Any], streams: list[int]) -> int | None:
        """The number of the process that does the job; None if the system has no room for it."""
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            return None
        if pid == 0:
            _work(self._main, request, streams, server)
        return pid

    def _hear(self, connection: socket.socket, pid: int) -> None:
        """The client passes on an interrupt, or it is gone: then its job must not go on and hold the locks."""
        try:
            said = connection.recv(1)
        except OSError:
            said = b""
        if not said:
            self._selector.unregister(connection)
        os.kill(pid, signal.SIGINT if said else signal.SIGKILL)

    def _end(self, connection: socket.socket, pid: int, end: int) -> None:
        self._selector.unregister(end)
        os.close(end)
        with suppress(KeyError):
            self._selector.unregister(connection)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(OSError):
            connection.send(bytes([status if status >= 0 else 128 - status]))
        connection.close()


def _work(main: Callable[[], None], request: dict[str, Any], streams: list[int], server: int) -> None:
    """In the fork: be the process that the client would have been; never returns."""
    status = 1
    try:
        _become(request, streams, server)
        main()
        status = 0
    except SystemExit as end:
        status = end.code & 255 if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(status)


def _become(request: dict[str, Any], streams: list[int], server: int) -> None:
    """Take over what the client has, and let no server's end be outlived."""
    end_with(server)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update({name: value for name, value in request["environment"].items() if name != VARIABLE})
    sys.argv = request["arguments"]
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    gc.enable()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
