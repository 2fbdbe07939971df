"""The user's own network: an ordinary module of torch, which knows nothing of equidyn."""

from torch import nn

from equidyn.core.params.types import PositiveInt
from equidyn.symmetry.fields import FieldType
from my_lab.layers import Still, block


def build(inputs: FieldType, outputs: FieldType, *, width: PositiveInt, still: bool = False) -> nn.Module:
    """width: channels between two convolutions; still: predict that nothing changes."""
    layers = [block(inputs.channels, width), nn.Tanh(), block(width, outputs.channels)]
    return nn.Sequential(*layers, *([Still()] if still else []))
