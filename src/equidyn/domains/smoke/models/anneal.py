"""anneal: trained relaxed, used exactly equivariant. It separates what relaxation does for training from what it adds.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each equivariant layer gets a free linear term, which is faded out in
training and left out afterwards. What is left here is a gcnn, with the same start for the same seed; while the share
of the free term is 0, training is gcnn's, number by number.
"""

from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.grids.families import annealed_conv
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
) -> ConvStack:
    """`hidden` regular fields (four channels each) in each of `layers` - 1 inner places, as in gcnn."""
    return regular_stack((inputs, outputs), hidden, layers, annealed_conv, kernel=kernel, norm=norm, strict=True)
