"""The regulariser of the published training code: (alpha C)^2 in place of alpha C.

The constraint alpha C is handed to a mean squared error against 0. At alpha = 1e-5 and C = 0.4 it is 1.6e-11, beside
a loss of about 1, with a gradient as small: it does nothing.
"""

import torch

from equidyn.grids.stack import ConvStack


class SquaredPenalty(ConvStack):
    """A net whose penalty is the square of that of ConvStack."""

    def penalty(self) -> torch.Tensor | float:
        """(alpha C)^2, with C the sum of the layers' penalties."""
        return super().penalty() ** 2
