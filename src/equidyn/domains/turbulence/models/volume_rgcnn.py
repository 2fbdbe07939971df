"""volume_rgcnn: relaxed group convolution on volumes. Each of the 24 rotations weighs the shared filters by itself.

[W23] Wang et al. 2023 (arXiv 2310.02299): what volume_gcnn ties over the group is multiplied by weights a(g) that may
differ from rotation to rotation. They are all alike at the start, where the net is exactly equivariant, and may leave
that in training. As published, the lifting layer and the mixing of the inner ones are relaxed and the last layer is
not; with `relax_spatial` the kernels of the inner layers are relaxed, too.
"""

from functools import partial
from typing import Literal

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import Norm, PositiveInt, Widths
from equidyn.domains.turbulence.models.volume_blocks import VolumeNet, volume_net
from equidyn.domains.turbulence.models.volume_gcnn import CubeConv
from equidyn.domains.turbulence.models.volume_layers import SIDE, TAPS, SeparableVolumeConv, VolumeConv
from equidyn.grids.bias import expanded_bias, invariant_bias
from equidyn.symmetry.actions import Action, grid_action, regular_action
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE


class TurnedFilter(nn.Module):
    """g(W) at each rotation g: filters, seen from one component of a regular field each.

    weight: W, (*leading, n), where the group acts on the last axis.
    """

    def __init__(self, weight: torch.Tensor, action: Action) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.register_buffer("source", torch.from_numpy(action.source.ravel()), persistent=False)
        self.register_buffer("sign", torch.from_numpy(action.sign).float(), persistent=False)

    def forward(self) -> torch.Tensor:
        """(*leading, 24, n)."""
        return self.weight.index_select(-1, self.source).unflatten(-1, self.sign.shape) * self.sign


class RelaxedFilter(TurnedFilter):
    """sum_l a_l(g) g(W_l); weight: (banks, *leading, n); relaxed: a, (banks, 24)."""

    def __init__(self, weight: torch.Tensor, action: Action) -> None:
        super().__init__(weight, action)
        # Independent banks add in variance: 1 / sqrt(banks) keeps their sum at the size of one bank.
        self.relaxed = nn.Parameter(torch.full((len(weight), CUBE.order), len(weight) ** -0.5))

    def forward(self) -> torch.Tensor:
        """(*leading, 24, n)."""
        return torch.einsum("lg,l...gn->...gn", self.relaxed, super().forward())


class RelaxedLifting(VolumeConv):
    """From any fields to regular ones: the kernel of component g is sum_l a_l(g) g(W_l).

    filters.weight: (banks, outputs.multiplicity, inputs.multiplicity, inputs.dimension * 27).
    """

    def __init__(self, inputs: BoxType, outputs: BoxType, banks: int, bias: bool) -> None:
        super().__init__(inputs, outputs)
        turning = inputs.action @ grid_action(CUBE, SIDE)
        fan_in = inputs.channels * TAPS
        shape = (banks, outputs.multiplicity, inputs.multiplicity, turning.dimension)
        self.filters = RelaxedFilter(uniform_fan_in(shape, fan_in), turning)
        self.bias = invariant_bias(outputs, fan_in) if bias else None

    def kernel(self) -> torch.Tensor:
        """One row of channels per rotation."""
        pairs = self.filters().unflatten(-1, (self.inputs.dimension, SIDE, SIDE, SIDE))
        return pairs.transpose(1, 2).flatten(2, 3).flatten(0, 1)

    def expanded_bias(self) -> torch.Tensor | None:
        """The same number on every component of a field."""
        return expanded_bias(self.bias, self.outputs)

    def relaxed_weights(self) -> list[torch.Tensor]:
        """What a strict layer would tie over the group, its last axis: (banks, 24)."""
        return [self.filters.relaxed]


class RelaxedSeparable(SeparableVolumeConv):
    """Between regular fields: mixing[g, h] = sum_l a_l(g) w_l[g^-1 h], and the kernel of component g is g(V).

    mixed.weight: w, (banks, outputs.multiplicity, inputs.multiplicity, 24); spatial.weight: V, (outputs.multiplicity,
    27), or, where `relax_spatial`, (banks, outputs.multiplicity, 27) with weights a of its own.
    """

    def __init__(self, inputs: BoxType, outputs: BoxType, banks: int, relax_spatial: bool) -> None:
        super().__init__(inputs, outputs)
        mixed = uniform_fan_in((banks, outputs.multiplicity, inputs.multiplicity, CUBE.order), inputs.channels)
        shape = (outputs.multiplicity, TAPS)
        spatial = uniform_fan_in((banks, *shape) if relax_spatial else shape, TAPS / 3)  # the size is volume_gcnn's
        self.mixed = RelaxedFilter(mixed, regular_action(CUBE))
        self.spatial = (RelaxedFilter if relax_spatial else TurnedFilter)(spatial, grid_action(CUBE, SIDE))

    def mixing(self) -> torch.Tensor:
        """One row per rotation."""
        return self.mixed().transpose(1, 2).flatten(2, 3).flatten(0, 1)

    def taps(self) -> torch.Tensor:
        """One kernel per rotation."""
        return self.spatial().reshape(-1, SIDE, SIDE, SIDE)

    def relaxed_weights(self) -> list[torch.Tensor]:
        """What a strict layer would tie over the group, its last axis: (banks, 24) of each factor that is relaxed."""
        return [part.relaxed for part in (self.mixed, self.spatial) if isinstance(part, RelaxedFilter)]


def build(
    inputs: BoxType,
    outputs: BoxType,
    *,
    hidden: Widths,
    components: Literal["vector", "scalar"] = "vector",
    banks: PositiveInt = 1,
    relax_spatial: bool = False,
    norm: Norm = "batch",
    residual: bool = True,
) -> VolumeNet:
    """`hidden`: regular fields at each resolution, coarse first; `banks` of filters in each relaxed factor."""
    inner = partial(RelaxedSeparable, banks=banks, relax_spatial=relax_spatial)
    return volume_net(
        (inputs, outputs),
        hidden,
        (partial(RelaxedLifting, banks=banks), inner, CubeConv),
        kind="regular",
        norm=norm,
        residual=residual,
        components=components,
    )
