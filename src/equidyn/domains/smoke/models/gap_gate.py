"""gap_gate: a gcnn with free terms that are as far open as the gradients break the symmetry.

A method of ours: a stand-in with the property that recurrent constraint modulation (Pertigkiozoglou et al. 2026, arXiv
2602.02853) states, no relaxation where the data are symmetric. Its own rule is another one.
"""

from functools import partial

from equidyn.core.params.types import Norm, OddInt, PositiveFloat, PositiveInt
from equidyn.grids.families import freed_conv
from equidyn.grids.kept import GatedPart
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
    threshold: PositiveFloat = 0.1,
    memory: PositiveFloat = 0.05,
) -> ConvStack:
    """As gcnn, with free terms let through by min(1, sqrt(s / threshold)), s averaged over the share `memory`."""
    part = partial(GatedPart, threshold=threshold, memory=memory)
    layer = partial(freed_conv, free=part)
    return regular_stack((inputs, outputs), hidden, layers, layer, kernel=kernel, norm=norm)
