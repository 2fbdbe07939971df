"""What all networks for super-resolution share: coarse frames -> the field on a finer grid at their middle time."""

import math
from collections.abc import Sequence

import torch

from equidyn.grids.conv import Layer
from equidyn.grids.interpolation import products, upsampled
from equidyn.grids.stack import GridNet
from equidyn.symmetry.fields import BoxType


class Upscaler(GridNet):
    """The linear interpolation of the middle frame; networks add to it what it lacks.

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
        """Fine cells along an edge per coarse one."""
        return self.outputs.refinement // self.inputs.refinement

    @property
    def layers(self) -> Sequence[Layer]:
        """All layers with weights, in order; norms are none of them."""
        return ()

    def forward(self, coarse: torch.Tensor) -> torch.Tensor:
        """Map (batch, 3 frames, z, y, x) to (batch, 3, factor z, factor y, factor x), in the precision of `coarse`.

        In the plane: (batch, 2 frames, y, x) to (batch, 2, factor y, factor x).
        """
        return self.interpolated(coarse)

    def interpolated(self, coarse: torch.Tensor) -> torch.Tensor:
        """The middle frame on the fine grid, in full precision under autocast too."""
        with torch.autocast(coarse.device.type, enabled=False):
            return upsampled(middle_frame(coarse), self.factor, self.inputs.periodic)

    def multiply_adds(self) -> int:
        """Multiplications with additions per cell of the fine grid: those of the interpolation."""
        return math.ceil(self.outputs.channels * products(self.factor, self.outputs.group.dimension))


def middle_frame(coarse: torch.Tensor) -> torch.Tensor:
    """The middle one of coarse frames (batch, 3 frames, z, y, x): (batch, 3, z, y, x); or of the plane's, with 2."""
    components = coarse.dim() - 2
    first = components * (coarse.shape[1] // components // 2)
    return coarse[:, first : first + components]
