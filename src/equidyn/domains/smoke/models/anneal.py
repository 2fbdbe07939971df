"""anneal: trained relaxed, used exactly equivariant. It separates what relaxation does for training from what it adds.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each equivariant layer gets a free linear term, which is faded out in
training and left out afterwards. What is left here is a gcnn, with the same start for the same seed; while the share
of the free term is 0, training is gcnn's, number by number.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveInt
from equidyn.grids.annealed import FreePart
from equidyn.grids.families import freed_conv
from equidyn.grids.stack import ConvStack, regular_stack
from equidyn.symmetry.fields import FieldType


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
    schedule: Literal["cosine", "triangle"] = "cosine",
    alpha: NonNegativeFloat = 0.0,
) -> ConvStack:
    """As gcnn; as published: schedule "triangle", and the penalty of the free terms with the factor alpha = 0.01."""
    layer = partial(freed_conv, free=partial(FreePart, schedule=schedule))
    settings = {"kernel": kernel, "norm": norm, "alpha": alpha, "strict": True}
    return regular_stack((inputs, outputs), hidden, layers, layer, **settings)
