"""How the reading of one mutated file ends; what takes too long is a fault like any other."""

import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SECONDS = 30  # far more than the largest file takes


def ended(read: Callable[[], str], content: Any) -> str:
    """What `read` returns; for another exception than it may raise, or a hang, a text that tells which and of what."""
    try:
        with _within(SECONDS):
            return read()
    except Exception as fault:
        place = traceback.extract_tb(fault.__traceback__)[-1]
        return f"{type(fault).__name__} at {place.filename}:{place.lineno}: {str(fault)[:200]} of {content[:3000]!r}"


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the block if it takes longer; only in the main thread."""

    def late(*_: object) -> None:
        raise TimeoutError(f"no end within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
