"""The net that all families on one grid share: convolutions, norm and ReLU between. Families differ in their kernels.

[W22]'s planar nets have this shape: 5 layers, 3 x 3 kernels, zero padding, ReLU, none after the last layer.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Self

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.network import Network
from equidyn.grids.arithmetic import in_arithmetic
from equidyn.grids.conv import Conv, Factor, Filter, Layer
from equidyn.grids.convolve import channels_last, correlated
from equidyn.grids.free import FreePart
from equidyn.grids.kernels import Kernel, OrbitKernel
from equidyn.grids.norm import FieldBatchNorm
from equidyn.grids.trained import trained
from equidyn.symmetry.fields import FieldType


class GridNet(Network):
    """A net of layers of which some may be relaxed: in training, and be strict afterwards, or for good.

    alpha: factor of the summed penalties of the layers.
    """

    layers: Sequence[Layer]
    alpha: float = 0.0

    @property
    def free_parts(self) -> list[FreePart]:
        """Those of all layers."""
        return [free for layer in self.layers for free in layer.free_parts]

    @property
    def anneals(self) -> bool:
        """Whether training relaxes this net."""
        return any(layer.anneals for layer in self.layers)

    def relaxation(self, done: float) -> float:
        """That of the free parts, which are all of one kind."""
        return next((free.relaxation(done) for free in self.free_parts), 0.0)

    def relax(self, share: float) -> None:
        """Relax every layer by `share`, from 0 (as it is used) to 1 (free); for training only."""
        for layer in self.layers:
            layer.relax(share)

    def deployed(self) -> Self:
        """The net as it is used after training: the same map, with the parameters that this takes.

        The net itself where nothing anneals; all but the layers is shared, not copied.
        """
        return self.with_layers([layer.deployed() for layer in self.layers]) if self.anneals else self

    def projected(self) -> Self:
        """The nearest strict net: each kernel and bias replaced by the nearest that commutes with the symmetry.

        The fields are those of the layers, which of a plain net's hidden channels are scalars. The norms are shared.
        """
        if not self.layers:
            return self
        nearest = self.with_layers([layer.projected() for layer in self.layers])
        nearest.strict = True
        return nearest

    def freed(self, free: Callable[[Kernel], FreePart], *, alpha: float = 0.0, strict: bool = True) -> Self:
        """The net with a free part beside each of its kernels, which are strict; biases and norms are shared.

        alpha: factor of the penalties; strict: whether it is as strict as this one, unless it is relaxed just now.
        Raises ValueError if a kernel is not strict.
        """
        if not self.layers or not all(kernel.strict for kernel in self._kernels):
            raise ValueError("only a net of strict kernels can be relaxed so: gcnn, e2cnn")
        return self._relaxed(lambda kernel: (kernel, free(kernel)), alpha, strict and self.strict)

    def remade(self, make: Callable[[OrbitKernel], Kernel], *, alpha: float = 0.0) -> Self:
        """The net with other kernels in the places of its strict ones; biases and norms are shared.

        alpha: factor of the penalties. Raises ValueError if a kernel is no OrbitKernel.
        """
        if not self.layers or not all(isinstance(kernel, OrbitKernel) for kernel in self._kernels):
            raise ValueError("only a net with the whole space of strict kernels can be relaxed so: gcnn")
        return self._relaxed(lambda kernel: (make(kernel), None), alpha, strict=False)

    def reported(self) -> dict[str, float]:
        """Each number of the free parts: its mean over them, and, with _max behind its name, the largest."""
        found = [free.reported() for free in self.free_parts]
        names = found[0] if found else {}
        means = {name: sum(part[name] for part in found) / len(found) for name in names}
        return means | {f"{name}_max": max(part[name] for part in found) for name in names}

    def own_parameters(self) -> list[nn.Parameter]:
        """Those of the free parts."""
        return [parameter for free in self.free_parts for parameter in free.own_parameters()]

    def stepped(self, rate: float, length: float) -> None:
        """Tell the free parts."""
        for free in self.free_parts:
            free.stepped(rate, length)

    def penalty(self) -> torch.Tensor | float:
        """alpha times the sum of the layers' penalties."""
        return self.alpha * sum(layer.penalty() for layer in self.layers) if self.alpha else 0.0

    @property
    def _kernels(self) -> list[Kernel]:
        return [kernel for layer in self.layers for kernel, _ in layer.factors]

    def _relaxed(self, change: Callable[[Kernel], Factor], alpha: float, strict: bool) -> Self:
        relaxed = self.with_layers([layer.with_factors(change) for layer in self.layers])
        relaxed.alpha, relaxed.strict = alpha, strict
        return relaxed

    def with_layers(self, layers: Sequence[Layer]) -> Self:
        """The same net with other layers."""
        raise TypeError(f"{type(self).__name__} must define with_layers()")


class ConvStack(GridNet):
    """Convolutions with norm and ReLU between them.

    layers: in order; norms: one behind each layer but the last; alpha: factor of the summed penalties;
    strict: True if the net is exactly equivariant whatever its weights, unless it is relaxed just now.
    """

    def __init__(self, layers: Sequence[Conv], norms: Sequence[nn.Module], alpha: float, strict: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norms = nn.ModuleList(norms)
        self.alpha = alpha
        self.strict = strict

    @property
    def imposed_inputs(self) -> FieldType:
        """What the first layer takes its inputs for: the data's type, or one under another action."""
        return self.layers[0].inputs

    @property
    def imposed_outputs(self) -> FieldType:
        """What the last layer takes its outputs for."""
        return self.layers[-1].outputs

    def filters(self) -> list[Filter]:
        """Every layer's filter: build once per optimiser step, use in every step of a rollout."""
        return [_laid_out(*layer.filter()) for layer in self.layers]

    def forward(self, field: torch.Tensor, filters: list[Filter] | None = None) -> torch.Tensor:
        """Map (batch, inputs.channels, y, x), or (..., z, y, x), to the same with outputs.channels."""
        return self.with_hidden(field, filters)[0]

    def with_hidden(
        self, field: torch.Tensor, filters: list[Filter] | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The answer, and what the last layer makes it of: (batch, hidden channels, y, x), or (..., z, y, x)."""
        filters = self.filters() if filters is None else filters
        convolution = trained if self.training else correlated  # gradients of measures may be differentiated
        field = channels_last(field)
        for (kernel, bias), norm in zip(filters[:-1], self.norms, strict=True):
            alone = self.training and isinstance(norm, nn.Identity)  # nobody else needs what the convolution answers
            field = functional.relu(norm(convolution(field, kernel, bias)), inplace=alone)
        return convolution(field, *filters[-1]), field

    def expand(self) -> None:
        """Keep the present filters, if the package behind a layer does."""
        if any(kernel.expands_once for layer in self.layers for kernel, _ in layer.factors):
            expanded = self.filters()
            self.filters = lambda: expanded

    def with_layers(self, layers: Sequence[Conv]) -> Self:
        """The same net with other layers; the norms are shared."""
        return type(self)(layers, self.norms, self.alpha, self.strict).train(self.training)

    def multiply_adds(self) -> int:
        """Multiplications with additions per cell of the field and forward pass: the entries of all kernels."""
        return sum(kernel.numel() for kernel, _ in self.filters())


def conv_stack(
    fields: Sequence[FieldType],
    layer: Callable[[FieldType, FieldType, int], Conv],
    *,
    kernel: int,
    norm: str,
    alpha: float = 0.0,
    strict: bool = False,
) -> ConvStack:
    """The net through `fields`, first to last, with `layer(inputs, outputs, kernel)` between neighbours."""
    layers = [layer(inputs, outputs, kernel) for inputs, outputs in pairwise(fields)]
    norms = [FieldBatchNorm(field) if norm == "batch" else nn.Identity() for field in fields[1:-1]]
    return ConvStack(layers, norms, alpha, strict)


def regular_stack(
    ends: tuple[FieldType, FieldType],
    hidden: int,
    layers: int,
    layer: Callable[[FieldType, FieldType, int], Conv],
    **settings: int | str | float,
) -> ConvStack:
    """The net with `hidden` regular fields in each of `layers` - 1 inner places; settings: those of conv_stack."""
    inputs, outputs = ends
    return conv_stack([inputs, *[inputs.of("regular", hidden)] * (layers - 1), outputs], layer, **settings)


def _laid_out(kernel: torch.Tensor, bias: torch.Tensor | None) -> Filter:
    """In the precision and memory layout of the convolution, so that autocast need not convert it at every step."""
    return channels_last(in_arithmetic(kernel)), in_arithmetic(bias)
