"""rgroup: relaxed group convolution. Each group element weighs the shared filter banks by its own numbers.

[W22] Wang, Walters, Yu 2022 (arXiv 2201.11969), section 4.1. With weights constant over the group it is the strict
group convolution; it starts so here (tied), and may leave it in training.
"""

from functools import partial

from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveInt
from equidyn.grids.families import relaxed_conv
from equidyn.grids.stack import ConvStack, regular_stack
from equidyn.symmetry.fields import FieldType


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
    banks: PositiveInt = 2,
    alpha: NonNegativeFloat = 1e-5,
) -> ConvStack:
    """`hidden` regular fields, `banks` filter banks, regulariser `alpha` x C."""
    layer = partial(relaxed_conv, banks=banks)
    return regular_stack((inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm, alpha=alpha)
