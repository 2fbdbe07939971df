"""Progress of a long job: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Yield `advance(done, note)`; `done` counts from 0 to `total`."""
    bar = _bar(label, total) if sys.stderr.isatty() else _lines(label, total)
    with bar as advance:
        yield advance


@contextmanager
def _bar(label: str, total: int) -> Iterator[Callable[[int, str], None]]:
    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        job = shown.add_task(label, total=total, note="")
        yield lambda done, note="": shown.update(job, completed=done, note=note)


@contextmanager
def _lines(label: str, total: int) -> Iterator[Callable[[int, str], None]]:
    last = time.monotonic()

    def advance(done: int, note: str = "") -> None:
        nonlocal last
        if done >= total or time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            with suppress(OSError):  # a log on a full disk, or a reader that is gone, must not end hours of work
                print(f"{label}: {done}/{total} {note}".rstrip(), file=sys.stderr, flush=True)

    yield advance
