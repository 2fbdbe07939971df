"""volume_anneal: volume_gcnn trained relaxed and used exactly equivariant, as domains/smoke/models/anneal.py is for planar nets.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each factor of an equivariant layer (whole kernel; mixing, kernels of
the channels) gets a free linear term, which is faded out in training and left out afterwards. What is left is a
volume_gcnn, with the same start for the same seed.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal, TypeVar

import numpy as np
import torch
from torch import nn

from equidyn.core.params.types import Norm, Widths
from equidyn.domains.turbulence.models.volume_blocks import VolumeNet, volume_net
from equidyn.domains.turbulence.models.volume_gcnn import CubeConv, SeparableCubeConv
from equidyn.domains.turbulence.models.volume_layers import SIDE
from equidyn.symmetry.actions import Action, grid_action, regular_action
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE
from equidyn.symmetry.orbits import invariants

Layer = TypeVar("Layer", CubeConv, SeparableCubeConv)


class FreePart(nn.Module):
    """share (W - P(W)), P the Reynolds projection: only what breaks the symmetry, so that the two never compete.

    action: of the group on the entries of a weight; free: W, (*leading, entries), 0 at the start; share: 0 in a fresh
    net and in every checkpoint, so that both are exactly equivariant.
    """

    def __init__(self, leading: tuple[int, ...], action: Action) -> None:
        super().__init__()
        self.free = nn.Parameter(torch.zeros(*leading, action.dimension))
        self.register_buffer("share", torch.zeros(()))
        orbits = invariants(action)
        names, first = np.unique(orbits.label, return_index=True)
        first = first[names >= 0]
        # P(W) at the first entry of each orbit is the mean over the group of the entries that come to lie there.
        self.register_buffer("images", torch.from_numpy(action.source[:, first]), persistent=False)
        self.register_buffer("image_sign", torch.from_numpy(action.sign[:, first]).float(), persistent=False)
        self.register_buffer("label", torch.from_numpy(orbits.label).clamp(min=0), persistent=False)
        self.register_buffer("sign", torch.from_numpy(orbits.sign).float(), persistent=False)

    def projected(self) -> torch.Tensor:
        """P(W), (*leading, entries)."""
        images = self.free.index_select(-1, self.images.flatten()).unflatten(-1, self.images.shape)
        return (images * self.image_sign).mean(-2).index_select(-1, self.label) * self.sign

    def forward(self) -> torch.Tensor:
        """(*leading, entries)."""
        return self.share * (self.free - self.projected())


class AnnealedCubeConv(CubeConv):
    """The strict kernel and a free part of it; the bias stays constrained."""

    anneals = True

    def __init__(self, inputs: BoxType, outputs: BoxType, bias: bool = True) -> None:
        super().__init__(inputs, outputs, bias)
        pairs = outputs.action @ (inputs.action @ grid_action(CUBE, SIDE))
        self.broken = FreePart((outputs.multiplicity, inputs.multiplicity), pairs)

    def kernel(self) -> torch.Tensor:
        """Both parts."""
        pairs = self.broken().unflatten(-1, (self.outputs.dimension, self.inputs.dimension, SIDE, SIDE, SIDE))
        return super().kernel() + pairs.transpose(1, 2).flatten(2, 3).flatten(0, 1)

    def relax(self, share: float) -> None:
        """From now on let `share` of the free part through."""
        self.broken.share.fill_(share)

    def settled(self) -> CubeConv:
        """The strict layer alone, with its own copy of the weights."""
        return _strict_part(self, partial(CubeConv, bias=self.bias is not None))


class AnnealedSeparable(SeparableCubeConv):
    """The strict mixing and kernels, and a free part of each."""

    anneals = True

    def __init__(self, inputs: BoxType, outputs: BoxType) -> None:
        super().__init__(inputs, outputs)
        sizes = (outputs.multiplicity, inputs.multiplicity)
        self.broken_mixing = FreePart(sizes, regular_action(CUBE) @ regular_action(CUBE))
        self.broken_taps = FreePart(sizes[:1], regular_action(CUBE) @ grid_action(CUBE, SIDE))

    def mixing(self) -> torch.Tensor:
        """Both parts."""
        pairs = self.broken_mixing().unflatten(-1, (CUBE.order, CUBE.order))
        return super().mixing() + pairs.transpose(1, 2).flatten(2, 3).flatten(0, 1)

    def taps(self) -> torch.Tensor:
        """Both parts."""
        return super().taps() + self.broken_taps().reshape(-1, SIDE, SIDE, SIDE)

    def relax(self, share: float) -> None:
        """From now on let `share` of the free parts through."""
        self.broken_mixing.share.fill_(share)
        self.broken_taps.share.fill_(share)

    def settled(self) -> SeparableCubeConv:
        """The strict layer alone, with its own copy of the weights."""
        return _strict_part(self, SeparableCubeConv)


def build(
    inputs: BoxType,
    outputs: BoxType,
    *,
    hidden: Widths,
    components: Literal["vector", "scalar"] = "vector",
    norm: Norm = "batch",
    residual: bool = True,
) -> VolumeNet:
    """`hidden`: regular fields (24 channels each) at each resolution, coarse first, as in volume_gcnn."""
    return volume_net(
        (inputs, outputs),
        hidden,
        (AnnealedCubeConv, AnnealedSeparable, AnnealedCubeConv),
        kind="regular",
        norm=norm,
        residual=residual,
        components=components,
        strict=True,
    )


def _strict_part(layer: Layer, kind: Callable[[BoxType, BoxType], Layer]) -> Layer:
    """A layer of this kind with a copy of those weights of an annealed one that it has."""
    with torch.random.fork_rng(devices=[]):  # for its start, which is overwritten
        strict = kind(layer.inputs, layer.outputs).to(layer.weight)
    strict.load_state_dict(layer.state_dict(), strict=False)  # without the free parts
    return strict
