"""Layers of nets on grids: convolutions that build their kernels from their weights, whole ones and separable ones.

The grid of the outputs may be finer than that of the inputs: then the field is interpolated on the way. Families differ
in how kernels depend on weights. Memory holds the channels last, so that mixing them is one matrix product.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Self

import torch
from torch import nn

from equidyn.grids.arithmetic import in_arithmetic
from equidyn.grids.bias import Bias, nearest_bias
from equidyn.grids.convolve import convolved
from equidyn.grids.depthwise import depthwise
from equidyn.grids.free import FreePart
from equidyn.grids.interpolation import products, upsampled
from equidyn.grids.kernels import Kernel, by_pairs, nearest_kernel, source_action
from equidyn.grids.pointwise import mixed
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.orbits import reynolds

Filter = tuple[torch.Tensor, torch.Tensor | None]
Factor = tuple[Kernel, FreePart | None]  # of a layer: a kernel, and what breaks its symmetry, if anything does


class Layer(nn.Module):
    """An affine map of fields: (batch, inputs.channels, y, x) to (batch, outputs.channels, Y, X), or with an axis z.

    factors: its kernels, each with what breaks its symmetry in training, if anything does.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs

    @property
    def factors(self) -> list[Factor]:
        """The kernels of which the map is made."""
        raise TypeError(f"{type(self).__name__} must define factors")

    def with_factors(self, change: Callable[[Kernel], Factor]) -> "Layer":
        """The layer with what `change` makes of each kernel; the bias is shared."""
        raise TypeError(f"{type(self).__name__} must define with_factors()")

    @property
    def refined(self) -> int:
        """Cells along an edge of the outputs' grid per cell of the inputs'."""
        return self.outputs.refinement // self.inputs.refinement

    def strict_parts(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """(W, P(W)) of each kernel: its entries by pair of fields, and the nearest strict ones (Reynolds); float64.

        The fields are the kernel's own. Biases are left out.
        """
        return [_strict_part(kernel, _whole(kernel, free)) for kernel, free in self.factors]

    def multiply_adds(self) -> float:
        """Multiplications with additions per cell of the grid of refinement 1."""
        raise TypeError(f"{type(self).__name__} must define multiply_adds()")

    def penalty(self) -> torch.Tensor | float:
        """Regulariser of the layer's symmetry breaking; 0 for layers without one."""
        return sum(part.penalty() for factor in self.factors for part in factor if part is not None)

    def relaxed_weights(self) -> list[torch.Tensor]:
        """What a strict layer ties over the group, or over positions, its last axis."""
        return [weight for kernel, _ in self.factors for weight in kernel.relaxed_weights()]

    @property
    def free_parts(self) -> list[FreePart]:
        """What breaks the symmetry of strict kernels."""
        return [free for _, free in self.factors if free is not None]

    @property
    def anneals(self) -> bool:
        """Whether relax() changes anything."""
        return any(not free.kept for free in self.free_parts)

    def relax(self, share: float) -> None:
        """Let `share` (0 to 1) of the symmetry breaking through; without effect on layers that do not anneal."""
        for free in self.free_parts:
            if not free.kept:
                free.share.fill_(share)

    def deployed(self) -> Self:
        """The layer as it is used after training, with no more parameters than that takes, and its own copy of them."""
        if not self.anneals:
            return self
        layer = deepcopy(self)
        layer.drop_free()
        return layer

    def drop_free(self) -> None:
        """Be strict from now on."""

    def projected(self) -> "Layer":
        """The layer with the nearest strict kernels and, if it has one, bias, between the same fields; new ones."""
        raise TypeError(f"{type(self).__name__} must define projected()")


class Conv(Layer):
    """A convolution with a whole kernel: behind the interpolation, if the outputs' grid is finer.

    free: what breaks the symmetry of the kernel in training; the bias stays constrained.
    """

    def __init__(self, kernel: Kernel, bias: Bias | None, free: FreePart | None = None) -> None:
        super().__init__(kernel.inputs, kernel.outputs)
        self.kernel, self.bias, self.free = kernel, bias, free

    @property
    def factors(self) -> list[Factor]:
        """The kernel."""
        return [(self.kernel, self.free)]

    def with_factors(self, change: Callable[[Kernel], Factor]) -> "Conv":
        """As of Layer."""
        kernel, free = change(self.kernel)
        return Conv(kernel, self.bias, free)

    def filter(self) -> Filter:
        """Kernel (outputs.channels, inputs.channels, side, side), and bias (outputs.channels,) or None."""
        return _whole(self.kernel, self.free), None if self.bias is None else self.bias()

    def forward(self, field: torch.Tensor) -> torch.Tensor:
        """Interpolate, then convolve."""
        kernel, bias = map(in_arithmetic, self.filter())
        field = upsampled(field, self.refined, self.inputs.periodic)
        return convolved(field, kernel, bias, self.inputs.periodic)

    def drop_free(self) -> None:
        """Be strict from now on."""
        self.free = None

    def projected(self) -> "Conv":
        """As of Layer."""
        return Conv(_nearest(*self.factors[0]), self.bias and nearest_bias(self.bias, self.outputs))

    def multiply_adds(self) -> float:
        """The entries of the kernel, and the interpolation of what it sees."""
        dimension = self.inputs.group.dimension
        entries = self.outputs.channels * self.inputs.channels * self.kernel.side**dimension
        interpolation = self.inputs.channels * products(self.refined, dimension)
        return (entries + interpolation) * self.outputs.refinement**dimension


class Separable(Layer):
    """All channels mixed at each point, then a kernel for each channel on its own; without a bias.

    pointwise: a kernel of one point; depthwise: one from a single scalar field to the outputs. The whole kernel would
    be their product. Between the two the field is interpolated, if the outputs' grid is finer: the interpolation
    commutes with the mixing, which so is done where cells are few.
    """

    def __init__(
        self,
        pointwise: Kernel,
        depthwise: Kernel,
        free_pointwise: FreePart | None = None,
        free_depthwise: FreePart | None = None,
    ) -> None:
        super().__init__(pointwise.inputs, pointwise.outputs)
        self.pointwise, self.depthwise = pointwise, depthwise
        self.free_pointwise, self.free_depthwise = free_pointwise, free_depthwise

    @property
    def factors(self) -> list[Factor]:
        """The mixing, and the kernels of the channels."""
        return [(self.pointwise, self.free_pointwise), (self.depthwise, self.free_depthwise)]

    def with_factors(self, change: Callable[[Kernel], Factor]) -> "Separable":
        """As of Layer."""
        (pointwise, free_pointwise), (depthwise, free_depthwise) = change(self.pointwise), change(self.depthwise)
        return Separable(pointwise, depthwise, free_pointwise, free_depthwise)

    def forward(self, field: torch.Tensor) -> torch.Tensor:
        """Mix, interpolate, convolve channel by channel."""
        once = self.training  # its gradients are for one step; those of measures may be differentiated
        matrix, taps = (in_arithmetic(_whole(*factor)) for factor in self.factors)
        field = mixed(field, matrix.flatten(1))
        field = upsampled(field, self.refined, self.inputs.periodic)
        return depthwise(field, taps.squeeze(1), self.inputs.periodic, once)

    def drop_free(self) -> None:
        """Be strict from now on."""
        self.free_pointwise = self.free_depthwise = None

    def projected(self) -> "Separable":
        """As of Layer."""
        return Separable(*(_nearest(*factor) for factor in self.factors))

    def multiply_adds(self) -> float:
        """The mixing on the inputs' grid, interpolation and kernels on the outputs'."""
        dimension = self.inputs.group.dimension
        mixing = self.outputs.channels * self.inputs.channels * self.inputs.refinement**dimension
        each = self.depthwise.side**dimension + products(self.refined, dimension)
        return mixing + self.outputs.channels * each * self.outputs.refinement**dimension


def _whole(kernel: Kernel, free: FreePart | None) -> torch.Tensor:
    if free is None:
        return kernel()
    whole = kernel() + free()
    free.watch(whole)
    return whole


def _nearest(kernel: Kernel, free: FreePart | None) -> Kernel:
    return nearest_kernel(_whole(kernel, free).detach(), kernel)


def _strict_part(kernel: Kernel, whole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    pairs = by_pairs(whole.detach().double().cpu(), kernel.inputs, kernel.outputs)
    strict = reynolds(pairs.numpy(), kernel.outputs.action, source_action(kernel.inputs, kernel.side))
    return pairs, torch.from_numpy(strict)
