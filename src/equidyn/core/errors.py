"""The one error that a user is meant to read: what is wrong, where, and what to do; and what others' errors say."""


class EquidynError(Exception):
    """A condition that the user can mend; the command line prints its message and exits with status 1."""


def first_line(fault: BaseException) -> str:
    """What an error of a library says, on one line, for our own message; its kind if it says nothing."""
    return (str(fault).strip() or type(fault).__name__).splitlines()[0]
