"""Options that several sub-commands of `equidyn` share."""

import os
from pathlib import Path
from typing import Annotated, Optional

import typer

from equidyn.core.errors import EquidynError


def _as_called(path: Path | None) -> Path | None:
    """The file from where the command was called, whatever folder it then works in."""
    return path and path.absolute()


def _change_to(folder: Path | None) -> None:
    try:
        os.chdir(folder or ".")
    except OSError as fault:
        raise EquidynError(f"{folder}: {fault.strerror}; --directory must name a folder") from None


ParamsFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--params", metavar="FILE", callback=_as_called, is_eager=True, help="Read FILE instead of params.yaml."
    ),
]
Folder = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--directory", metavar="FOLDER", callback=_change_to, help="Work in FOLDER."),
]
