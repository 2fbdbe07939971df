"""What all networks for super-resolution share: coarse frames in a box -> the fine field at their middle time."""

import math
from collections.abc import Sequence

import torch

from equidyn.core.models.network import Network
from equidyn.domains.turbulence.models.interpolation import products, upsampled
from equidyn.domains.turbulence.models.volume_layers import VolumeLayer
from equidyn.symmetry.fields import BoxType


class Upscaler(Network):
    """The trilinear interpolation of the middle frame; networks add to it what it lacks.

    inputs, outputs: the types of the study's fields. imposed_inputs, imposed_outputs: those under whose turns a strict
    net is exact: the same, or, for components = "scalar", each component taken for a scalar field of its own.
    """

    def __init__(self, inputs: BoxType, outputs: BoxType, components: str = "vector") -> None:
        super().__init__()
        self.inputs, self.outputs, self.components = inputs, outputs, components
        imposed = (inputs, outputs) if components == "vector" else (inputs.as_scalars(), outputs.as_scalars())
        self.imposed_inputs, self.imposed_outputs = imposed

    @property
    def factor(self) -> int:
        """Fine voxels along an edge per coarse one."""
        return self.outputs.refinement // self.inputs.refinement

    @property
    def layers(self) -> Sequence[VolumeLayer]:
        """All layers with weights, in order; norms are none of them."""
        return ()

    def forward(self, coarse: torch.Tensor) -> torch.Tensor:
        """Map (batch, 3 frames, z, y, x) to (batch, 3, factor z, factor y, factor x), in the precision of `coarse`."""
        return self.interpolated(coarse)

    def interpolated(self, coarse: torch.Tensor) -> torch.Tensor:
        """The middle frame on the fine grid, in full precision under autocast too."""
        with torch.autocast(coarse.device.type, enabled=False):
            return upsampled(middle_frame(coarse), self.factor, self.inputs.periodic)

    def multiply_adds(self) -> int:
        """Multiplications with additions per voxel of the fine grid: those of the interpolation."""
        return math.ceil(3 * products(self.factor))


def middle_frame(coarse: torch.Tensor) -> torch.Tensor:
    """The middle one of coarse frames (batch, 3 frames, z, y, x): (batch, 3, z, y, x)."""
    first = 3 * (coarse.shape[1] // 3 // 2)
    return coarse[:, first : first + 3]
