"""projection: a free net on declared regular fields, whose distance from gcnn costs.

Berndt, Stuehmer 2026 (arXiv 2601.05028); with power 2 the residual pathway prior of Finzi et al. 2021 (arXiv
2112.01388). The published smoke results add the penalty to nets that are relaxed anyway; here the net is free.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import NonNegativeFloat, Norm, Widths
from equidyn.grids.families import of_kernels
from equidyn.grids.penalised import PenalisedKernel
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
    alpha: NonNegativeFloat = 1e-2,
    beta: NonNegativeFloat = 0.0,
    power: Literal[1, 2] = 1,
) -> RefiningNet:
    """As gcnn, but for its kernels; the loss has alpha ||W - P(W)||^power + beta ||P(W)||^power of each kernel W."""
    family = of_kernels(partial(PenalisedKernel, alpha=alpha, beta=beta, power=power))
    options = {"norm": norm, "residual": residual, "components": components, "alpha": 1.0}
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
