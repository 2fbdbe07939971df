"""Bringing a pulled file to its place."""

import os
import shutil
from pathlib import Path

from equidyn.core.files import atomic


def move(file: Path, target: Path) -> None:
    """Put `file` whole in the place of `target`, as new: an output older than its inputs counts as stale."""
    with atomic(target) as temporary:
        shutil.move(file, temporary)
        os.utime(temporary)
