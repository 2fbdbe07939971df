"""Clocks and memory stand still in what is written: two runs can be compared byte for byte, with nothing left out."""

from collections.abc import Callable
from functools import partialmethod
from typing import Any

from equidyn.core import provenance
from equidyn.core.tuning import rules

_STILL = {"commit": "0" * 12, "wall_seconds": 1.0, "peak_memory_mb": 1.0, "written": "2000-01-01T00:00:00Z"}


def stop_clocks() -> None:
    """From now on every output of this process tells the same time, duration, memory and commit."""
    real = provenance.Clock.provenance

    def still(clock: provenance.Clock) -> dict[str, Any]:
        return real(clock) | _STILL

    provenance.Clock.provenance = still
    rules.Trial.__init__ = partialmethod(_stopped, rules.Trial.__init__)


def _stopped(trial: rules.Trial, init: Callable[..., None], *values: Any, **named: Any) -> None:
    init(trial, *values, **named)
    object.__setattr__(trial, "seconds", 1.0)
