"""gcnn: a strict group-convolutional net. Every layer lies in the exact space of equivariant kernels.

Cohen, Welling 2016 (arXiv 1602.07576), here with the input as a true vector field: vector -> regular -> vector.
"""

from typing import Literal

from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.grids.families import strict_conv
from equidyn.grids.stack import ConvStack, regular_stack
from equidyn.grids.wrong import taken_for
from equidyn.symmetry.fields import FieldType


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
    group: Literal["data", "C2"] = "data",
    vector_action: Literal["true", "published"] = "true",
) -> ConvStack:
    """`hidden` regular fields (four channels each, two under C2) in each of `layers` - 1 inner places.

    group: under which the net is strict, that of the data or half turns alone. vector_action "published": vectors turn
    against the picture, as in the published code, a symmetry that no velocity has.
    """
    ends = taken_for((inputs, outputs), group, vector_action)
    return regular_stack(ends, hidden, layers, strict_conv, kernel=kernel, norm=norm, strict=True)
