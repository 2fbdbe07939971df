"""`equidyn warm COMMAND...`: run COMMAND, and start the server when its first job asks for it.

Not before: the server is started in the environment, folder and limits of that job, so that its libraries set
themselves up as they would for the job (number of threads, locale, search path).
"""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from typing import Any

from equidyn.core.errors import EquidynError
from equidyn.core.warm import AGAIN, VARIABLE
from equidyn.core.warm.server import received

_SERVER = "from equidyn.cli import main; from equidyn.core.warm.server import serve; serve(main)"
_LONGEST = 60  # characters of a folder in which the path of a socket, 107 at most, has room
_PATIENCE = 5  # seconds for a client to send what it has to say at once


def run(command: list[str]) -> int:
    """Exit status of COMMAND, 128 + n if signal n ended it. Within another `equidyn warm`, that one's server serves."""
    if VARIABLE in os.environ or not _possible():
        return _waited(_started(command, dict(os.environ)))
    place = "/tmp" if len(tempfile.gettempdir()) > _LONGEST else None  # noqa: S108 a folder of its own in it
    with tempfile.TemporaryDirectory(prefix="equidyn-", dir=place) as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/socket")
        listener.listen(4096)
        process = _started(command, os.environ | {VARIABLE: f"{folder}/socket"})
        server = _server(listener, process)
        listener.close()  # from now on the server's alone: should it end, clients find none
        status = _waited(process)
        if server is not None:
            server.communicate()
    return status


def _possible() -> bool:
    """Whether the system has what the server needs: Linux since 5.3. If not, a line says so."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        print("equidyn: no warm start on this system; the command runs without it", file=sys.stderr)
        return False
    return True


def _started(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """COMMAND. Signals for this process are passed on to it, but for Ctrl-C, which it gets from the terminal too."""
    process, early = None, []

    def pass_on(number: int, _: object) -> None:
        early.append(number) if process is None else process.send_signal(number)

    for number, work in ((signal.SIGINT, lambda *_: None), (signal.SIGTERM, pass_on), (signal.SIGHUP, pass_on)):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup, for COMMAND too
            signal.signal(number, work)
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as fault:
        raise EquidynError(f"{command[0]}: {fault.strerror}") from None
    for number in early:
        process.send_signal(number)
    return process


def _waited(process: subprocess.Popen[bytes]) -> int:
    status = process.wait()
    return status if status >= 0 else 128 - status


def _server(listener: socket.socket, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes] | None:
    """The server, started for the first job that asks; None if none asks, or the system has no room for a server."""
    connection, request = _first_request(listener, process)
    if connection is None:
        return None
    arguments = [sys.executable, "-P", "-c", _SERVER, str(listener.fileno()), *request["arguments"]]
    environment, folder = request["environment"], request["folder"]
    with connection:
        try:
            server = subprocess.Popen(
                arguments,
                env=environment,
                cwd=folder,
                stdin=subprocess.PIPE,  # closed at the end, or by the system if this process is killed
                stdout=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # so that Ctrl-C reaches its jobs once, through their clients
            )
        except OSError:
            return None
        with suppress(OSError):
            connection.send(AGAIN)
    return server


def _first_request(
    listener: socket.socket, process: subprocess.Popen[bytes]
) -> tuple[socket.socket | None, dict[str, Any]]:
    """The first client and its request; None if COMMAND ends before."""
    end = os.pidfd_open(process.pid)
    try:
        while end not in select.select([listener, end], [], [])[0]:
            connection, _ = listener.accept()
            connection.settimeout(_PATIENCE)
            with suppress(OSError, ValueError):
                request, streams = received(connection)
                for stream in streams:
                    os.close(stream)
                return connection, request
            connection.close()
    finally:
        os.close(end)
    return None, {}
