"""How all pictures begin, of data cards and of the report."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl


@contextmanager
def drawn_with(settings: Mapping[str, Any]) -> Iterator[None]:
    """matplotlib's own settings and these; a matplotlibrc, of the user or in the working folder, counts for nothing."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield
