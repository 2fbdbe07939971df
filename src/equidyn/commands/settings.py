"""Reading params.yaml for a sub-command, and importing quickly."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equidyn.core.params import Cell, Params


@contextmanager
def uncollected() -> Iterator[None]:
    """Imports make many objects and no garbage; looking for it takes a tenth of a short job's time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def params_of(settings: Path | None) -> "Params":
    """Params of params.yaml, or of another file."""
    from equidyn.core.params import load

    return load(settings)


def whole_of(settings: Path | None) -> "Params":
    """Params, for what needs every file that they name."""
    from equidyn.core.params.compatibility import whole

    return whole(params_of(settings))


def cell_of(name: str, settings: Path | None) -> tuple["Params", "Cell"]:
    """Params and the cell, looked up before the stage's own imports, which take seconds."""
    from equidyn.core.params.names import find_cell

    params = params_of(settings)
    return params, find_cell(params, name)
