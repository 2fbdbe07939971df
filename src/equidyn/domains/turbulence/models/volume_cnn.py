"""volume_cnn: a plain convolutional net on volumes. It imposes translation and nothing else."""

from functools import partial

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import Norm, Widths
from equidyn.domains.turbulence.models.volume_blocks import VolumeNet, volume_net
from equidyn.domains.turbulence.models.volume_layers import SIDE, TAPS, VolumeConv
from equidyn.symmetry.fields import BoxType


class PlainVolumeConv(VolumeConv):
    """A convolution with a free kernel and, if it has one, a free bias."""

    def __init__(self, inputs: BoxType, outputs: BoxType, bias: bool = True) -> None:
        super().__init__(inputs, outputs)
        fan_in = inputs.channels * TAPS
        self.weight = nn.Parameter(uniform_fan_in((outputs.channels, inputs.channels, SIDE, SIDE, SIDE), fan_in))
        self.bias = nn.Parameter(uniform_fan_in((outputs.channels,), fan_in)) if bias else None

    def kernel(self) -> torch.Tensor:
        """The weights themselves."""
        return self.weight

    def expanded_bias(self) -> torch.Tensor | None:
        """The bias itself."""
        return self.bias


def build(
    inputs: BoxType, outputs: BoxType, *, hidden: Widths, norm: Norm = "batch", residual: bool = True
) -> VolumeNet:
    """`hidden`: channels at each resolution, coarse first."""
    layers = (PlainVolumeConv, partial(PlainVolumeConv, bias=False), PlainVolumeConv)
    return volume_net((inputs, outputs), hidden, layers, kind="scalar", norm=norm, residual=residual)
