"""Why the system refuses to write: whose the file or folder is that refuses, and what those who share it can do."""

import errno
import os
from pathlib import Path


def reason(fault: OSError, path: Path) -> str:
    """What the system says of `path`, which was to be written; of a permission also who gives it, and how."""
    said = fault.strerror or str(fault)
    place = next((place for place in (path, *path.parents) if os.access(place, os.F_OK)), None)
    if fault.errno not in (errno.EACCES, errno.EPERM) or place is None or os.access(place, os.W_OK):
        return said
    about, whole = place.stat(), place.absolute()
    mend = f"`chmod u+w {whole}`"
    if about.st_uid != os.geteuid():
        mend = f"its owner can `chmod g+w {whole}`, and all who share it `umask 002`; or use a checkout of your own"
    return f"{said}: {place} belongs to {_name(place)}, mode {about.st_mode & 0o7777:04o}; {mend}"


def _name(place: Path) -> str:
    try:
        return place.owner()
    except KeyError:  # a user without a name on this machine
        return f"user {place.stat().st_uid}"
