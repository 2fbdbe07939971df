"""rgcnn: relaxed group convolution on volumes. Each group element weighs the shared filters by itself.

[W23] Wang et al. 2023 (arXiv 2310.02299): what gcnn ties over the group is multiplied by weights a(g) that may
differ from rotation to rotation. They are all alike at the start, where the net is exactly equivariant, and may leave
that in training. As published, the lifting layer and the mixing of the inner ones are relaxed and the last layer is
not; with `relax_spatial` the kernels of the inner layers are relaxed, too.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import Norm, PositiveInt, Widths
from equidyn.grids.families import relaxed_conv, relaxed_separable, strict_conv
from equidyn.grids.refining import RefiningNet, refining_net
from equidyn.symmetry.fields import BoxType


def build(
    inputs: BoxType,
    outputs: BoxType,
    *,
    hidden: Widths,
    components: Literal["vector", "scalar"] = "vector",
    banks: PositiveInt = 1,
    relax_spatial: bool = False,
    norm: Norm = "batch",
    residual: bool = True,
) -> RefiningNet:
    """`hidden`: regular fields at each resolution, coarse first; `banks` of filters in each relaxed factor."""
    inner = partial(relaxed_separable, banks=banks, relax_spatial=relax_spatial)
    family = (partial(relaxed_conv, banks=banks), inner, strict_conv)
    options = {"norm": norm, "residual": residual, "components": components}
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
