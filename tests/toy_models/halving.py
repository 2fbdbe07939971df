"""A model that calls itself strict, and is so on some grids: it halves the field while its sides are longer than 8."""

from typing import Literal

import torch
from torch.nn import functional

from equidyn.grids.families import strict_conv
from equidyn.grids.stack import ConvStack, conv_stack
from equidyn.symmetry.fields import FieldType


class Halving(ConvStack):
    """One strict convolution on the halved field. A side that is halved when it is odd loses its last row."""

    def forward(self, field: torch.Tensor, filters: list | None = None) -> torch.Tensor:
        """As of ConvStack; raises ValueError for odd sides, if they are refused."""
        side = field.shape[-1]
        if self.odd == "refused" and side % 2:
            raise ValueError(f"{side} cells cannot be halved")
        while field.shape[-1] > 8:
            field = functional.avg_pool2d(field, 2)
        return functional.interpolate(super().forward(field, filters), (side, side))


def build(inputs: FieldType, outputs: FieldType, *, odd: Literal["halved", "refused"] = "halved") -> Halving:
    """odd: what is done to grids with odd sides."""
    stack = conv_stack([inputs, outputs], strict_conv, kernel=3, norm="none")
    network = Halving(stack.layers, stack.norms, 0.0, True)
    network.odd = odd
    return network
