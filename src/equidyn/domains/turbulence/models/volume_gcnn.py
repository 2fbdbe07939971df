"""volume_gcnn: a group-convolutional net on volumes, strict under the 24 rotations of the cube.

Cohen, Welling 2016 (arXiv 1602.07576); separable as in [W23] (Wang et al. 2023, arXiv 2310.02299): regular fields are
mixed over the group, then each of their components has its own kernel, turned by its element.
components: "vector" imposes the symmetry that a velocity has; "scalar" that of [W23]'s nets, which turn the grid and
leave the components alone. They differ in the first and the last layer.
"""

from typing import Literal

import numpy as np
import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import Norm, Widths
from equidyn.domains.turbulence.models.volume_blocks import VolumeNet, volume_net
from equidyn.domains.turbulence.models.volume_layers import SIDE, TAPS, SeparableVolumeConv, VolumeConv
from equidyn.grids.bias import expanded_bias, invariant_bias
from equidyn.symmetry.actions import grid_action, regular_action, scalar_action
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE
from equidyn.symmetry.orbits import intertwiners


class CubeConv(VolumeConv):
    """A whole kernel that is constant, up to sign, on the orbits of the rotations: one weight per orbit and field pair.

    Per pair of fields: 81 weights vector -> regular or back, 27 scalar -> regular or back.
    """

    def __init__(self, inputs: BoxType, outputs: BoxType, bias: bool = True) -> None:
        super().__init__(inputs, outputs)
        orbits = intertwiners(outputs.action, inputs.action @ grid_action(CUBE, SIDE))
        fan_in = inputs.channels * TAPS
        self.weight = nn.Parameter(uniform_fan_in((outputs.multiplicity, inputs.multiplicity, orbits.count), fan_in))
        self.bias = invariant_bias(outputs, fan_in) if bias else None
        # A vanishing entry has sign 0; its label is set to 0 so that it can be gathered like the others.
        self.register_buffer("label", torch.from_numpy(orbits.label).clamp(min=0), persistent=False)
        self.register_buffer("sign", torch.from_numpy(orbits.sign).float(), persistent=False)

    def kernel(self) -> torch.Tensor:
        """Expand the orbits: one gather and one product."""
        entries = self.weight.index_select(-1, self.label) * self.sign
        pairs = entries.unflatten(-1, (self.outputs.dimension, self.inputs.dimension, SIDE, SIDE, SIDE))
        return pairs.transpose(1, 2).flatten(2, 3).flatten(0, 1)

    def expanded_bias(self) -> torch.Tensor | None:
        """The same number on every component of a field; none on vectors."""
        return expanded_bias(self.bias, self.outputs)


class SeparableCubeConv(SeparableVolumeConv):
    """Between regular fields: mixing[g, h] = w[g^-1 h] for each pair of fields, and the kernel of component g is g(V).

    weight: w, (outputs.multiplicity, inputs.multiplicity, 24); spatial: V, (outputs.multiplicity, 27).
    """

    def __init__(self, inputs: BoxType, outputs: BoxType) -> None:
        super().__init__(inputs, outputs)
        self.weight = nn.Parameter(
            uniform_fan_in((outputs.multiplicity, inputs.multiplicity, CUBE.order), inputs.channels)
        )
        # U(+-1/sqrt(n)) has the variance 1 / (3 n): with TAPS / 3 the product of the two factors has that of a whole
        # kernel, and signals are as large as in nets that are not separable.
        self.spatial = nn.Parameter(uniform_fan_in((outputs.multiplicity, TAPS), TAPS / 3))
        pairs = intertwiners(regular_action(CUBE), regular_action(CUBE)).label
        turned = intertwiners(regular_action(CUBE) @ grid_action(CUBE, SIDE), scalar_action(CUBE)).label
        self.register_buffer("pairs", _index(pairs), persistent=False)
        self.register_buffer("turned", _index(turned), persistent=False)

    def mixing(self) -> torch.Tensor:
        """One gather."""
        pairs = self.weight.index_select(-1, self.pairs).unflatten(-1, (CUBE.order, CUBE.order))
        return pairs.transpose(1, 2).flatten(2, 3).flatten(0, 1)

    def taps(self) -> torch.Tensor:
        """One gather."""
        return self.spatial.index_select(-1, self.turned).reshape(-1, SIDE, SIDE, SIDE)


def build(
    inputs: BoxType,
    outputs: BoxType,
    *,
    hidden: Widths,
    components: Literal["vector", "scalar"] = "vector",
    norm: Norm = "batch",
    residual: bool = True,
) -> VolumeNet:
    """`hidden`: regular fields (24 channels each) at each resolution, coarse first."""
    return volume_net(
        (inputs, outputs),
        hidden,
        (CubeConv, SeparableCubeConv, CubeConv),
        kind="regular",
        norm=norm,
        residual=residual,
        components=components,
        strict=True,
    )


def _index(label: np.ndarray) -> torch.Tensor:
    """Orbits of permutations, none of which vanishes."""
    return torch.from_numpy(label)
