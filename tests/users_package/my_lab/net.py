"""The user's own network: an ordinary module of torch, which knows nothing of equidyn."""

from torch import nn

from equidyn.core.params.types import PositiveInt
from equidyn.symmetry.fields import FieldType
from my_lab.layers import same_size


def build(inputs: FieldType, outputs: FieldType, *, width: PositiveInt) -> nn.Module:
    """width: channels between two convolutions."""
    return nn.Sequential(same_size(inputs.channels, width), nn.Tanh(), same_size(width, outputs.channels))
