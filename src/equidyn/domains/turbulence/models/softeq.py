"""softeq: a net whose kernels are as far from gcnn's as its softness allows, and no further.

Rahman et al. 2026 (arXiv 2603.26657), with a clip that makes their bound hold: ||g K - K g|| <= 2 softness ||K||.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import Norm, UnitFloat, Widths
from equidyn.grids.families import of_kernels
from equidyn.grids.refining import RefiningNet, refining_net
from equidyn.grids.soft import SoftKernel
from equidyn.symmetry.fields import BoxType


def build(
    inputs: BoxType,
    outputs: BoxType,
    *,
    hidden: Widths,
    components: Literal["vector", "scalar"] = "vector",
    norm: Norm = "batch",
    residual: bool = True,
    softness: UnitFloat = 0.5,
) -> RefiningNet:
    """As gcnn, but for its kernels, P(W) + softness clip(W - P(W)); nothing is dropped after training."""
    family = of_kernels(partial(SoftKernel, softness=softness))
    options = {"norm": norm, "residual": residual, "components": components}
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
