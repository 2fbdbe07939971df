"""What the shipped reference run found of a claim."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """What the reference run found of a claim, under the corrected definition.

    verdict: as it is printed; seeds: on which it rests; scaled, scaled_low, scaled_high: effect and 95 % interval over
    the smallest effect that matters, of the test on which this run's verdict hangs, NaN if it was not made there;
    agrees: whether the intervals of both runs overlap, None if one of them is not known.
    """

    verdict: str
    seeds: int
    scaled: float = math.nan
    scaled_low: float = math.nan
    scaled_high: float = math.nan
    agrees: bool | None = None
