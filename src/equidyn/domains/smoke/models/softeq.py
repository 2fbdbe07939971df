"""softeq: a net whose kernels are as far from gcnn's as its softness allows, and no further.

Rahman et al. 2026 (arXiv 2603.26657), with a clip that makes their bound hold: ||g K - K g|| <= 2 softness ||K||.
"""

from functools import partial

from equidyn.core.params.types import Norm, OddInt, PositiveInt, UnitFloat
from equidyn.grids.families import kernel_conv
from equidyn.grids.soft import SoftKernel
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
    softness: UnitFloat = 0.5,
) -> ConvStack:
    """As gcnn, but for its kernels, P(W) + softness clip(W - P(W)); nothing is dropped after training."""
    part = partial(SoftKernel, softness=softness)
    layer = partial(kernel_conv, kernel=part)
    return regular_stack((inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm)
