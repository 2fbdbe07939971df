"""How both sides of a benchmark are timed: in turn, in one process."""

import statistics
import time
from collections.abc import Callable
from typing import Any


def timed(*steps: Callable[[], None], repeats: int) -> list[float]:
    """Median seconds of each, run in turn so that a drift of the machine's speed hits all alike."""
    seconds: list[list[float]] = [[] for _ in steps]
    for round_ in range(repeats + 1):
        for step, found in zip(steps, seconds, strict=True):
            started = time.process_time()
            step()
            if round_:  # the first round warms up
                found.append(time.process_time() - started)
    return [statistics.median(found) for found in seconds]


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of one call, and its answer."""
    started = time.process_time()
    answer = work()
    return time.process_time() - started, answer
