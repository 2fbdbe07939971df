"""The one error that a user is meant to read: what is wrong, where, and what to do."""


class EquidynError(Exception):
    """A condition that the user can mend; the command line prints its message and exits with status 1."""
