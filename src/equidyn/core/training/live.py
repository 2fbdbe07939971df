"""Where DVC runs an experiment and dvclive is installed, each epoch as it ends in dvclive's files, for DVC's own views.

They are no output: nothing reads them, and no result depends on them.
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from equidyn.core import paths
from equidyn.core.errors import first_line
from equidyn.core.params.study import Cell

Record = Callable[[dict[str, Any]], None]  # takes a row of the history
_OF_AN_EXPERIMENT = "DVC_EXP_NAME"  # in the environment of the stages of `dvc exp run`


@contextmanager
def live(cell: Cell) -> Iterator[Record]:
    """Yield what takes each row of the history; it does nothing outside an experiment, or without dvclive.

    What fails in dvclive is told once, and the training goes on without.
    """
    log = None
    if _OF_AN_EXPERIMENT in os.environ and importlib.util.find_spec("dvclive"):
        log = _told(lambda: _opened(cell))

    def record(row: dict[str, Any]) -> None:
        nonlocal log
        if log is not None and _told(lambda: _logged(log, row)) is None:
            log = None

    yield record
    if log is not None:
        _told(log.end)


def _opened(cell: Cell) -> Any:
    from dvclive import Live

    folder = str(paths.live(cell))
    return Live(folder, resume=True, report=None, save_dvc_exp=False, dvcyaml=None)


def _logged(log: Any, row: dict[str, Any]) -> bool:
    log.step = row["epoch"]
    for name, value in row.items():
        if name != "epoch" and value is not None:
            log.log_metric(name, value)
    log.make_summary()
    return True


def _told(work: Callable[[], Any]) -> Any:
    """What `work` returns; None, and a line, if it fails in any way."""
    try:
        return work()
    except Exception as fault:
        print(f"equidyn: dvclive: {first_line(fault)}; the training goes on without", file=sys.stderr)
        return None
