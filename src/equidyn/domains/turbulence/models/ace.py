"""ace: a gcnn with free terms that go as the task lets them, by multipliers.

Manolache, Chamon, Niepert 2025 (arXiv 2505.13631), adaptive constrained equivariance. What is left after training is a
gcnn; with `slack`, the form for data that are only partly symmetric, the free terms stay.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import NonNegativeFloat, Norm, PositiveFloat, Widths
from equidyn.grids.elastic import elastic_part
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
    settle: PositiveFloat = 0.5,
    ratio: PositiveFloat = 0.1,
    damping: NonNegativeFloat = 1.0,
    slack: NonNegativeFloat = 0.0,
) -> RefiningNet:
    """As gcnn, with a free term in each kernel; settle, ratio and damping (0 as published) are those of ElasticPart.

    slack: cost of breaking the symmetry for good, 1 as published; 0: none is left.
    """
    family = freed(partial(elastic_part, settle=settle, ratio=ratio, damping=damping, slack=slack))
    options = {"norm": norm, "residual": residual, "components": components, "alpha": 1.0, "strict": not slack}
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
