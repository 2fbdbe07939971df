"""The command `equidyn` as it begins and ends. In a warm start it imports nothing else: so begin hundreds of jobs."""

import errno
import os
import sys
from pathlib import Path

from equidyn.core.errors import EquidynError, not_installed
from equidyn.core.warm import VARIABLE

# Faults of the machine that a user can mend; any other OSError is a fault of the program and shows its traceback.
_MENDABLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EFBIG}
_MENDABLE |= {errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY, errno.ELOOP}  # something else lies in a file's place
_MENDABLE |= {errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE, errno.ETIMEDOUT}


def main() -> None:
    """Run the command line; an error that the user can mend becomes one message and status 1."""
    os.environ["MPLBACKEND"] = "agg"  # nothing is shown in windows; matplotlib ends at once at a backend that it lacks
    _hand_over()
    try:
        from equidyn import commands

        commands.app()
    except EquidynError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        if not (words := not_installed(error)):
            raise
        _fail(words)
    except OSError as error:
        if error.errno not in _MENDABLE:
            raise
        from equidyn.core.permission import reason

        name = str(error.filename or "")
        said = f"{name}: {reason(error, Path(name))}" if name else error.strerror or str(error)
        _fail(f"{said}; nothing was left half written")


def _hand_over() -> None:
    """Within `equidyn warm`, let its server do the job, and end as the job has ended."""
    if VARIABLE in os.environ:
        from equidyn.core.warm.client import handed_over

        status = handed_over()
        if status is not None:
            raise SystemExit(status)


def _fail(message: str) -> None:
    print(f"equidyn: {message}", file=sys.stderr)
    raise SystemExit(1)
