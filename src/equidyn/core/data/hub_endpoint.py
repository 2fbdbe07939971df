"""The address of the Hub, and whether anything answers there: known before its client is asked, which waits long."""

import re
import socket
from queue import Empty, Queue
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

PROBE_SECONDS = 3.0
_PORTS = {"https": 443, "http": 80}


def address() -> str:
    """HF_ENDPOINT, or that of the Hub."""
    from huggingface_hub import constants

    return constants.ENDPOINT


def shown() -> str:
    """The address without the name and the password that it may hold."""
    return re.sub("//[^/]*@", "//", address())


def silence() -> str | None:
    """Why nothing answers there, or at the proxy through which it is reached; None if something does."""
    answers: Queue[str | None] = Queue()
    Thread(target=lambda: answers.put(_connect(*_first_machine(address()))), daemon=True).start()
    try:  # in a thread of its own: looking up a name knows no time limit
        return answers.get(timeout=PROBE_SECONDS)
    except Empty:
        return f"nothing within {PROBE_SECONDS:g} s"


def _connect(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=PROBE_SECONDS).close()
    except OSError as fault:
        return fault.strerror or str(fault)
    return None


def _first_machine(endpoint: str) -> tuple[str, int]:
    """Host and port of the first machine on the way to `endpoint`."""
    there = urlsplit(endpoint)
    proxy = getproxies().get(there.scheme)
    if proxy and not proxy_bypass(there.hostname or ""):
        there = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return there.hostname or "", there.port or _PORTS.get(there.scheme, 80)
