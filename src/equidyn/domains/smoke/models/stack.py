"""The net that all planar families share: convolutions with norm and ReLU between. Families differ in their filters.

[W22]'s planar nets have this shape: 5 layers, 3 x 3 kernels, zero padding, ReLU, none after the last layer.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.network import Network
from equidyn.domains.smoke.models.norm import field_norm
from equidyn.symmetry.fields import FieldType

Filter = tuple[torch.Tensor, torch.Tensor | None]


class FilterLayer(nn.Module):
    """A convolution that builds its filter from its weights."""

    inputs: FieldType
    outputs: FieldType
    anneals: bool = False  # whether relax() changes anything
    expands_once: bool = False  # whether expand() of the net keeps its filters

    def filter(self) -> Filter:
        """Kernel (outputs.channels, inputs.channels, k, k), and bias (outputs.channels,) or None."""
        raise TypeError(f"{type(self).__name__} must define filter()")

    def penalty(self) -> torch.Tensor | float:
        """Regulariser of the layer's symmetry breaking; 0 for layers without one."""
        return 0.0

    def relax(self, share: float) -> None:
        """Let `share` (0 to 1) of the symmetry breaking through; without effect on layers that do not anneal."""

    def settled(self) -> "FilterLayer":
        """The layer as it is used after training, with no more parameters than that takes."""
        return self


class ConvStack(Network):
    """Convolutions with norm and ReLU between them.

    layers: in order; norms: one behind each layer but the last; alpha: factor of the summed penalties;
    strict: True if the net is exactly C4-equivariant whatever its weights, unless it is relaxed just now.
    """

    def __init__(self, layers: Sequence[FilterLayer], norms: Sequence[nn.Module], alpha: float, strict: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norms = nn.ModuleList(norms)
        self.alpha = alpha
        self.strict = strict

    def filters(self) -> list[Filter]:
        """Every layer's filter: build once per optimiser step, use in every step of a rollout."""
        return [_laid_out(*layer.filter()) for layer in self.layers]

    def forward(self, field: torch.Tensor, filters: list[Filter] | None = None) -> torch.Tensor:
        """Map (batch, inputs.channels, y, x) to (batch, outputs.channels, y, x)."""
        filters = self.filters() if filters is None else filters
        field = field.contiguous(memory_format=torch.channels_last)
        for (kernel, bias), norm in zip(filters[:-1], self.norms, strict=True):
            field = functional.relu(norm(functional.conv2d(field, kernel, bias, padding=kernel.shape[-1] // 2)))
        kernel, bias = filters[-1]
        return functional.conv2d(field, kernel, bias, padding=kernel.shape[-1] // 2)

    @property
    def anneals(self) -> bool:
        """Whether training relaxes this net."""
        return any(layer.anneals for layer in self.layers)

    def relax(self, share: float) -> None:
        """Relax every layer by `share`, from 0 (as it is used) to 1 (free); for training only."""
        for layer in self.layers:
            layer.relax(share)

    def settled(self) -> "ConvStack":
        """The net as it is used after training: the same map, with the parameters that this takes.

        The net itself where nothing anneals; the norms are shared, not copied.
        """
        if not self.anneals:
            return self
        layers = [layer.settled() for layer in self.layers]
        return ConvStack(layers, self.norms, self.alpha, self.strict).train(self.training)

    def expand(self) -> None:
        """Keep the present filters, if a layer's package does."""
        if any(layer.expands_once for layer in self.layers):
            expanded = self.filters()
            self.filters = lambda: expanded

    def multiply_adds(self) -> int:
        """Multiplications with additions per cell of the field and forward pass: the entries of all kernels."""
        return sum(kernel.numel() for kernel, _ in self.filters())

    def penalty(self) -> torch.Tensor | float:
        """alpha times the sum of the layers' penalties."""
        return self.alpha * sum(layer.penalty() for layer in self.layers) if self.alpha else 0.0


def conv_stack(
    fields: Sequence[FieldType],
    layer: Callable[[FieldType, FieldType, int], FilterLayer],
    *,
    kernel: int,
    norm: str,
    alpha: float = 0.0,
    strict: bool = False,
) -> ConvStack:
    """The net through `fields`, first to last, with `layer(inputs, outputs, kernel)` between neighbours."""
    layers = [layer(inputs, outputs, kernel) for inputs, outputs in pairwise(fields)]
    norms = [field_norm(norm, field) for field in fields[1:-1]]
    return ConvStack(layers, norms, alpha, strict)


def _laid_out(kernel: torch.Tensor, bias: torch.Tensor | None) -> Filter:
    """In the precision and memory layout of the convolution, so that autocast need not convert it at every step."""
    if torch.is_autocast_enabled(kernel.device.type):
        dtype = torch.get_autocast_dtype(kernel.device.type)
        kernel, bias = kernel.to(dtype), None if bias is None else bias.to(dtype)
    return kernel.contiguous(memory_format=torch.channels_last), bias
