"""What is tried, and which trial wins."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trial:
    """One training of a variant with the seed of tuning.

    value: of the variant's knob, None without one; score: the best validation score, the lower the better, reached
    after best_epoch of the epochs trained, None if no epoch had a finite one; seconds: wall time.
    """

    learning_rate: float
    value: Any
    score: float | None
    best_epoch: int
    epochs: int
    status: str
    seconds: float


def best(trials: list[Trial]) -> int:
    """Place of the winner: the lowest score; what diverged wins only if everything has. Of equals, the first."""
    return min(range(len(trials)), key=lambda place: _rank(trials[place]))


def at_edge(trials: list[Trial]) -> bool:
    """Whether the winner's rate is the lowest or the highest that was tried, so that a better one may lie beyond."""
    rates = [trial.learning_rate for trial in trials]
    return rates[best(trials)] in (min(rates), max(rates))


def rates_beside(trials: list[Trial], count: int) -> list[float]:
    """`count` rates beside the best of `trials`, which are those of the grid, ascending; three digits each.

    They divide the ratios to its neighbours evenly: of two, each is half a step away. The odd one lies on the side of
    the better neighbour. The grid goes on beyond its ends with its last ratio, and there the odd one lies outside.
    """
    rates, place = [trial.learning_rate for trial in trials], best(trials)
    last = len(rates) - 1
    down = rates[max(place, 1) - 1] / rates[max(place, 1)]
    up = rates[min(place, last - 1) + 1] / rates[min(place, last - 1)]
    rises = place == last or (place > 0 and _rank(trials[place + 1]) < _rank(trials[place - 1]))
    sides = zip((up, down) if rises else (down, up), (count - count // 2, count // 2), strict=True)
    found = [rates[place] * ratio ** (step / (few + 1)) for ratio, few in sides for step in range(1, few + 1)]
    return sorted(float(f"{rate:.3g}") for rate in found)


def _rank(trial: Trial) -> tuple[bool, float]:
    return trial.status == "diverged", math.inf if trial.score is None else trial.score
