"""Layers of nets on volumes: convolutions that build their filters from their weights, whole ones and separable ones.

The grid of the outputs may be finer than that of the inputs: then the field is interpolated on the way. Families differ
in how the filters depend on the weights. Memory holds the channels last, so that mixing them is one matrix product.
"""

from typing import Self

import torch
from torch import nn

from equidyn.domains.turbulence.models.arithmetic import in_arithmetic
from equidyn.domains.turbulence.models.convolve import SIDE, TAPS, convolved
from equidyn.domains.turbulence.models.depthwise import depthwise
from equidyn.domains.turbulence.models.interpolation import products, upsampled
from equidyn.domains.turbulence.models.mixing import mixed
from equidyn.symmetry.actions import Action
from equidyn.symmetry.cube import ORDER, cube_grid, cube_regular, cube_scalar
from equidyn.symmetry.orbits import reynolds
from equidyn.symmetry.volumes import VolumeType


class VolumeLayer(nn.Module):
    """An affine map of fields: (batch, inputs.channels, z, y, x) to (batch, outputs.channels, Z, Y, X)."""

    anneals: bool = False  # whether relax() changes anything

    def __init__(self, inputs: VolumeType, outputs: VolumeType) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs

    @property
    def factor(self) -> int:
        """Voxels along an edge of the outputs' grid per voxel of the inputs'."""
        return self.outputs.refinement // self.inputs.refinement

    def strict_parts(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """(W, P(W)) of each factor of the layer: its expanded weights, and the nearest strict ones (Reynolds); float64.

        In what shape is for each layer to choose. Biases are left out.
        """
        raise TypeError(f"{type(self).__name__} must define strict_parts()")

    def multiply_adds(self) -> float:
        """Multiplications with additions per voxel of the grid of refinement 1."""
        raise TypeError(f"{type(self).__name__} must define multiply_adds()")

    def relax(self, share: float) -> None:
        """Let `share` (0 to 1) of the symmetry breaking through; without effect on layers that do not anneal."""

    def settled(self) -> Self:
        """The layer as it is used after training, with no more parameters than that takes."""
        return self


class VolumeConv(VolumeLayer):
    """A convolution with a whole kernel: behind the interpolation, if the outputs' grid is finer."""

    def kernel(self) -> torch.Tensor:
        """(outputs.channels, inputs.channels, 3, 3, 3)."""
        raise TypeError(f"{type(self).__name__} must define kernel()")

    def expanded_bias(self) -> torch.Tensor | None:
        """(outputs.channels,), or None."""
        raise TypeError(f"{type(self).__name__} must define expanded_bias()")

    def forward(self, field: torch.Tensor) -> torch.Tensor:
        """Interpolate, then convolve."""
        kernel, bias = in_arithmetic(self.kernel()), in_arithmetic(self.expanded_bias())
        field = upsampled(field, self.factor, self.inputs.periodic)
        return convolved(field, kernel, bias, self.inputs.periodic)

    def strict_parts(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Of the kernel, as matrices (output component) x (input component and place) of each pair of fields."""
        kernel = self.kernel().detach().double().cpu()
        sizes = (self.outputs.multiplicity, self.outputs.dimension, self.inputs.multiplicity, self.inputs.dimension)
        pairs = kernel.reshape(*sizes, TAPS).transpose(1, 2).flatten(3)
        return [(pairs, projected(pairs, self.outputs.action, self.inputs.action @ cube_grid(SIDE)))]

    def multiply_adds(self) -> float:
        """The entries of the kernel, and the interpolation of what it sees."""
        entries = self.outputs.channels * self.inputs.channels * TAPS
        return (entries + self.inputs.channels * products(self.factor)) * self.outputs.refinement**3


class SeparableVolumeConv(VolumeLayer):
    """All channels mixed at each place, then a kernel for each channel on its own; for regular fields, without a bias.

    The whole kernel would be mixing[o, i] * taps[o, p]. Between the two the field is interpolated, if the outputs' grid
    is finer: the interpolation commutes with the mixing, which so is done where voxels are few.
    """

    def mixing(self) -> torch.Tensor:
        """(outputs.channels, inputs.channels)."""
        raise TypeError(f"{type(self).__name__} must define mixing()")

    def taps(self) -> torch.Tensor:
        """(outputs.channels, 3, 3, 3): one kernel per channel."""
        raise TypeError(f"{type(self).__name__} must define taps()")

    def forward(self, field: torch.Tensor) -> torch.Tensor:
        """Mix, interpolate, convolve channel by channel."""
        field = mixed(field, in_arithmetic(self.mixing()))
        field = upsampled(field, self.factor, self.inputs.periodic)
        once = self.training  # its gradients are for one step; those of measures may be differentiated
        return depthwise(field, in_arithmetic(self.taps()), self.inputs.periodic, once)

    def strict_parts(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Of the mixing, (out, in, 24, 24), and of the kernels, (out, 24 * 27, 1)."""
        mixing, taps = (part.detach().double().cpu() for part in (self.mixing(), self.taps()))
        pairs = mixing.unflatten(0, (-1, ORDER)).unflatten(2, (-1, ORDER)).transpose(1, 2)
        turned = taps.reshape(-1, ORDER * TAPS, 1)
        return [
            (pairs, projected(pairs, cube_regular(), cube_regular())),
            (turned, projected(turned, cube_regular() @ cube_grid(SIDE), cube_scalar())),
        ]

    def multiply_adds(self) -> float:
        """The mixing on the inputs' grid, interpolation and kernels on the outputs'."""
        mixing = self.outputs.channels * self.inputs.channels * self.inputs.refinement**3
        return mixing + self.outputs.channels * (TAPS + products(self.factor)) * self.outputs.refinement**3


def projected(weight: torch.Tensor, outputs: Action, inputs: Action) -> torch.Tensor:
    """P(weight), the mean over the group of outputs(g) W inputs(g)^-1; weight: (..., n_out, n_in) float64."""
    return torch.from_numpy(reynolds(weight.numpy(), outputs, inputs))
