"""anneal: gcnn trained relaxed and used exactly equivariant.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each factor of an equivariant layer (whole kernel; mixing, kernels of
the channels) gets a free linear term, which is faded out in training and left out afterwards. What is left is a
gcnn, with the same start for the same seed.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import NonNegativeFloat, Norm, Widths
from equidyn.grids.annealed import FreePart
from equidyn.grids.families import freed
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
    schedule: Literal["cosine", "triangle"] = "cosine",
    alpha: NonNegativeFloat = 0.0,
) -> RefiningNet:
    """As gcnn; as published: schedule "triangle", and the penalty of the free terms with the factor alpha = 0.01."""
    options = {"norm": norm, "residual": residual, "components": components, "alpha": alpha, "strict": True}
    family = freed(partial(FreePart, schedule=schedule))
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
