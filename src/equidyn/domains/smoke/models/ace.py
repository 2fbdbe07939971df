"""ace: a gcnn with free terms that go as the task lets them, by multipliers.

Manolache, Chamon, Niepert 2025 (arXiv 2505.13631), adaptive constrained equivariance. What is left after training is a
gcnn; with `slack`, the form for data that are only partly symmetric, the free terms stay.
"""

from functools import partial

from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveFloat, PositiveInt
from equidyn.grids.elastic import elastic_part
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
    settle: PositiveFloat = 0.5,
    ratio: PositiveFloat = 0.1,
    damping: NonNegativeFloat = 1.0,
    slack: NonNegativeFloat = 0.0,
) -> ConvStack:
    """As gcnn, with a free term in each kernel; settle, ratio and damping (0 as published) are those of ElasticPart.

    slack: cost of breaking the symmetry for good, 1 as published; 0: none is left.
    """
    part = partial(elastic_part, settle=settle, ratio=ratio, damping=damping, slack=slack)
    layer = partial(freed_conv, free=part)
    return regular_stack(
        (inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm, alpha=1.0, strict=not slack
    )
