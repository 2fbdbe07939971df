"""thaw: a gcnn that becomes a free net in the course of its training: does it leave the strict nets again?"""

from functools import partial
from typing import Literal

from equidyn.core.params.types import Norm, UnitFloat, Widths
from equidyn.grids.families import freed
from equidyn.grids.kept import ThawedPart
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
    after: UnitFloat = 0.5,
) -> RefiningNet:
    """As gcnn up to the share `after` of the training; from there on with free terms, which start at 0 and stay."""
    family = freed(partial(ThawedPart, after=after))
    options = {"norm": norm, "residual": residual, "components": components}
    return refining_net((inputs, outputs), hidden, family, kind="regular", **options)
