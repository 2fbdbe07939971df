"""projection: a free net on declared regular fields, whose distance from gcnn costs.

Berndt, Stuehmer 2026 (arXiv 2601.05028); with power 2 the residual pathway prior of Finzi et al. 2021 (arXiv
2112.01388). The published smoke results add the penalty to nets that are relaxed anyway; here the net is free.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveInt
from equidyn.grids.families import kernel_conv
from equidyn.grids.penalised import PenalisedKernel
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
    alpha: NonNegativeFloat = 1e-2,
    beta: NonNegativeFloat = 0.0,
    power: Literal[1, 2] = 1,
) -> ConvStack:
    """As gcnn, but for its kernels; the loss has alpha ||W - P(W)||^power + beta ||P(W)||^power of each kernel W."""
    part = partial(PenalisedKernel, alpha=alpha, beta=beta, power=power)
    layer = partial(kernel_conv, kernel=part)
    return regular_stack((inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm, alpha=1.0)
