"""The net that all families on several grids share: lift, then blocks that refine the grid step by step. Layers differ.

After the nets of [W23] (Wang et al. 2023, arXiv 2310.02299) for super-resolution: a lifting convolution; per doubling
of the resolution an upsampling block and a residual block; a last convolution. Unlike there, the upsampling is centred.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Self

import torch
from torch import nn

from equidyn.grids.conv import Layer
from equidyn.grids.norm import NormReLU
from equidyn.grids.upscaler import Upscaler
from equidyn.symmetry.fields import BoxType

Family = Callable[..., Layer]  # the layer between two types of fields; of the first, `bias` tells if it has one
PER_STEP = 3  # layers, and norms, of each doubling of the resolution


class RefiningNet(Upscaler):
    """lift - (upsampling block - residual block) per step - last layer.

    weighted: the layers in order, three per step between the first and the last; norms: behind each of those
    three, with the bias, which these therefore lack, and ReLU. residual: whether the answer starts from the
    interpolated middle frame. alpha: factor of the summed penalties of the layers.
    """

    def __init__(
        self,
        ends: tuple[BoxType, BoxType],
        weighted: Sequence[Layer],
        norms: Sequence[NormReLU],
        *,
        components: str,
        residual: bool,
        strict: bool = False,
        alpha: float = 0.0,
    ) -> None:
        super().__init__(*ends, components)
        self.residual, self.alpha = residual, alpha
        self.weighted, self.norms = nn.ModuleList(weighted), nn.ModuleList(norms)
        self.strict = strict

    @property
    def layers(self) -> Sequence[Layer]:
        """All layers with weights, in order."""
        return self.weighted

    def forward(self, coarse: torch.Tensor) -> torch.Tensor:
        """Map (batch, 3 frames, z, y, x) to (batch, 3, factor z, factor y, factor x), in the precision of `coarse`."""
        return self.with_hidden(coarse)[0]

    def with_hidden(self, coarse: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The answer, and what the last layer makes its detail of, (batch, hidden channels, factor z, ...)."""
        hidden = self.hidden(coarse)
        detail = self.weighted[-1](hidden).to(coarse)
        return self.interpolated(coarse) + detail if self.residual else detail, hidden

    def hidden(self, coarse: torch.Tensor) -> torch.Tensor:
        """What all layers but the last make of it, in the precision of the layers."""
        field = self.weighted[0](coarse)
        for start in range(0, len(self.norms), PER_STEP):
            upsampling, first, second = self.weighted[start + 1 : start + 1 + PER_STEP]
            norms = self.norms[start : start + PER_STEP]
            field = norms[0](upsampling(field))
            field = norms[2](second(norms[1](first(field))), field)
        return field

    def multiply_adds(self) -> int:
        """Multiplications with additions per cell of the fine grid: of all layers, and of what they are added to."""
        cells = self.outputs.refinement**self.outputs.group.dimension
        layers = sum(layer.multiply_adds() for layer in self.weighted) / cells
        return math.ceil(layers) + (super().multiply_adds() if self.residual else 0)

    def with_layers(self, layers: Sequence[Layer]) -> Self:
        """The same net with other layers; the norms are shared."""
        kept = {name: getattr(self, name) for name in ("components", "residual", "strict", "alpha")}
        return type(self)((self.inputs, self.outputs), layers, self.norms, **kept).train(self.training)


def refining_net(
    ends: tuple[BoxType, BoxType],
    hidden: Sequence[int],
    family: tuple[Family, Family, Family],
    *,
    kind: str,
    norm: str,
    components: str = "vector",
    **settings: bool | float,
) -> RefiningNet:
    """The net with hidden[s] fields of this kind on the grid of refinement 2^s.

    ends: inputs and outputs of the study; family: what makes the first layer, the inner ones and the last.
    settings: others of RefiningNet. Raises ValueError if the steps do not lead from the inputs' grid to the outputs'.
    """
    inputs, outputs = ends
    widths = [inputs.of(kind, width).refined(2**step) for step, width in enumerate(hidden)]
    if widths[-1].refinement != outputs.refinement:
        raise ValueError(_unfit(hidden, outputs.refinement))
    lift, inner, last = family
    steps = list(pairwise(widths))
    if components == "scalar":
        inputs, outputs = inputs.as_scalars(), outputs.as_scalars()
    # Batch norm takes a bias off again. Its gradient would be nothing but rounding, of which Adam makes whole steps.
    layers = [lift(inputs, widths[0], bias=norm != "batch")]
    for before, after in steps:
        layers += [inner(before, after), inner(after, after), inner(after, after)]
    layers.append(last(widths[-1], outputs))
    norms = [NormReLU(after, norm) for _, after in steps for _ in range(PER_STEP)]
    return RefiningNet(ends, layers, norms, components=components, **settings)


def _unfit(hidden: Sequence[int], factor: int) -> str:
    """Why so many stages are wrong for this factor, and how many are right."""
    stages = "1 stage makes" if len(hidden) == 1 else f"{len(hidden)} stages make"
    reached = f"hidden {list(hidden)}: {stages} a grid {2 ** (len(hidden) - 1)} times as fine"
    right = factor.bit_length()
    if factor != 2 ** (right - 1):
        return f"{reached}; the data's factor, {factor}, is no power of 2, so that no number of stages would do"
    return f"{reached}; the data's factor, {factor}, takes {right}"
