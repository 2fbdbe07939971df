"""rsteer: relaxed steerable convolution. Each kernel position weighs the steerable kernels by its own numbers.

[W22] Wang, Walters, Yu 2022 (arXiv 2201.11969). With weights constant over the positions it is the strict steerable
convolution (e2cnn); it starts so here (tied), and may leave it in training.
"""

from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveInt
from equidyn.grids.families import relaxed_steerable_conv
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
    alpha: NonNegativeFloat = 1e-5,
) -> ConvStack:
    """`hidden` regular fields (four channels each), regulariser `alpha` x C."""
    layer = relaxed_steerable_conv
    return regular_stack((inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm, alpha=alpha)
