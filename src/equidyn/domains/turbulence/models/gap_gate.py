"""gap_gate: a gcnn with free terms that are as far open as the gradients break the symmetry.

A method of ours: a stand-in with the property that recurrent constraint modulation (Pertigkiozoglou et al. 2026, arXiv
2602.02853) states, no relaxation where the data are symmetric. Its own rule is another one.
"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import Norm, PositiveFloat, Widths
from equidyn.grids.families import freed
from equidyn.grids.kept import GatedPart
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
    threshold: PositiveFloat = 0.1,
    memory: PositiveFloat = 0.05,
) -> RefiningNet:
    """As gcnn, with free terms let through by min(1, sqrt(s / threshold)), s averaged over the share `memory`."""
    family = freed(partial(GatedPart, threshold=threshold, memory=memory))
    options = {"norm": norm, "residual": residual, "components": components}
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
