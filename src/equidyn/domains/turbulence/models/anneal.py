"""anneal: gcnn trained relaxed and used exactly equivariant.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each factor of an equivariant layer (whole kernel; mixing, kernels of
the channels) gets a free linear term, which is faded out in training and left out afterwards. What is left is a
gcnn, with the same start for the same seed.
"""

from typing import Literal

from equidyn.core.params.types import Norm, Widths
from equidyn.grids.families import annealed_conv, annealed_separable
from equidyn.grids.refining import RefiningNet, refining_net
from equidyn.symmetry.fields import BoxType


def build(
    inputs: BoxType,
    outputs: BoxType,
    *,
    hidden: Widths,
    components: Literal["vector", "scalar"] = "vector",
    norm: Norm = "batch",
    residual: bool = True,
) -> RefiningNet:
    """`hidden`: regular fields (24 channels each) at each resolution, coarse first, as in gcnn."""
    family = (annealed_conv, annealed_separable, annealed_conv)
    options = {"norm": norm, "residual": residual, "components": components}
    return refining_net((inputs, outputs), hidden, family, kind="regular", strict=True, **options)
