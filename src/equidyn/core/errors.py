"""The one error that a user is meant to read: what is wrong, where, and what to do; and what others' errors say."""

import traceback


class EquidynError(Exception):
    """A condition that the user can mend; the command line prints its message and exits with status 1."""


def first_line(fault: BaseException) -> str:
    """What an error of a library says, on one line, for our own message; its kind if it says nothing."""
    return (str(fault).strip() or type(fault).__name__).splitlines()[0]


def broken(fault: BaseException, path: object = "") -> str:
    """File, line and words of what stopped the reading of the source file at `path`, or, without it, an import."""
    if isinstance(fault, EquidynError):
        return str(fault)
    if isinstance(fault, SyntaxError):
        return f"{fault.filename or path}:{fault.lineno or 1}: {fault.msg}"
    if path:
        return f"{path}: {getattr(fault, 'strerror', None) or first_line(fault)}"
    frames = [one for one in traceback.extract_tb(fault.__traceback__) if not one.filename.startswith("<frozen")]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {type(fault).__name__}: {first_line(fault)}"
