"""cnn: a plain convolutional net on volumes. It imposes translation and nothing else."""

from functools import partial

from equidyn.core.params.types import Norm, Widths
from equidyn.grids.families import plain_conv
from equidyn.grids.refining import RefiningNet, refining_net
from equidyn.symmetry.fields import BoxType


def build(
    inputs: BoxType, outputs: BoxType, *, hidden: Widths, norm: Norm = "batch", residual: bool = True
) -> RefiningNet:
    """`hidden`: channels at each resolution, coarse first."""
    family = (plain_conv, partial(plain_conv, bias=False), plain_conv)
    return refining_net((inputs, outputs), hidden, family, kind="scalar", norm=norm, residual=residual)
