"""thaw: a gcnn that becomes a free net in the course of its training: does it leave the strict nets again?"""

from functools import partial

from equidyn.core.params.types import Norm, OddInt, PositiveInt, UnitFloat
from equidyn.grids.families import freed_conv
from equidyn.grids.kept import ThawedPart
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
    after: UnitFloat = 0.5,
) -> ConvStack:
    """As gcnn up to the share `after` of the training; from there on with free terms, which start at 0 and stay."""
    part = partial(ThawedPart, after=after)
    layer = partial(freed_conv, free=part)
    return regular_stack((inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm)
