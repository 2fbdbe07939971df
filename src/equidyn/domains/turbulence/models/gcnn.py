"""gcnn: a group-convolutional net on volumes, strict under the group of its inputs: the rotations of the cube.

Cohen, Welling 2016 (arXiv 1602.07576); separable as in [W23] (Wang et al. 2023, arXiv 2310.02299).
components: "vector" imposes the symmetry that a velocity has; "scalar" that of [W23]'s nets, which turn the grid and
leave the components alone. They differ in the first and the last layer.
"""

from typing import Literal

from equidyn.core.params.types import Norm, Widths
from equidyn.grids.families import strict_conv, strict_separable
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
    """`hidden`: regular fields (24 channels each) at each resolution, coarse first."""
    family = (strict_conv, strict_separable, strict_conv)
    options = {"norm": norm, "residual": residual, "components": components}
    return refining_net((inputs, outputs), hidden, family, kind="regular", strict=True, **options)
