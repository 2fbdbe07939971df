"""Replacing a folder whole: a reader finds the old report or the new one, never a part of either."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equidyn.errors import EquidynError

OWN = ("report.html", "report.md", "tables", "figures")


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its place if the block ends without an error.

    What lies in the old folder and is none of OWN (such as an example kept there) is carried over.
    """
    place = target.resolve()
    fresh, old = (place.with_name(f".{place.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    try:
        _clear_leftovers(place)
        fresh.mkdir(parents=True)
        yield fresh
        _carry_over(place, fresh)
        _swap(place, fresh, old)
    except OSError as fault:
        raise EquidynError(f"{target}: cannot be written ({fault.strerror or fault}); the old report stands") from fault
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _clear_leftovers(place: Path) -> None:
    """Remove what a killed run left, unless the target itself is gone and may be among it."""
    for leftover in place.parent.glob(f".{place.name}.*") if place.exists() else []:
        if leftover.suffix in (".part", ".old"):
            shutil.rmtree(leftover, ignore_errors=True)


def _carry_over(place: Path, fresh: Path) -> None:
    for entry in place.iterdir() if place.exists() else []:
        if entry.name in OWN:
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
