"""thaw: a strict net that becomes a free one in the course of its training: does it leave the strict nets again?

With augmentation it is the test of Nordenfors, Ohlsson, Flinth (arXiv 2303.13458): stationary points that constrained
and augmented training share may be stable for the first alone.
"""

from functools import partial

import torch

from equidyn.core.params.types import UnitFloat
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel
from equidyn.grids.stack import GridNet


def relax(network: GridNet, *, after: UnitFloat = 0.5) -> GridNet:
    """Strict up to the share `after` of the training; from there on with free terms, which start at 0 and stay."""
    return network.freed(partial(ThawedPart, after=after), strict=False)


class ThawedPart(FreePart):
    """Strict at first, then free: from `after` (share of the training) on, a free net that starts at a strict one.

    share: 0, then 1. done: the share of the training that is over.
    """

    kept = True

    def __init__(self, kernel: Kernel, after: float) -> None:
        super().__init__(kernel)
        self.after = after
        self.register_buffer("done", torch.zeros((), dtype=torch.float64))

    def stepped(self, rate: float, length: float) -> None:
        """Free from the step that begins nearest to `after`."""
        self.done += length
        self.share.fill_(float(self.done > self.after - length / 2))
