"""How far layers of nets on grids are from strict ones."""

from torch import nn

from equidyn.api.results import Distance
from equidyn.grids.conv import Layer
from equidyn.grids.layers import distances


def distance(module: nn.Module) -> Distance:
    """||W - P(W)|| / ||W|| of each layer of a net on grids, P the Reynolds projection: 0 for strict ones, at most 1.

    module: one that has layers of `equidyn.grids`, whose fields say what a strict kernel is; biases and norms are left
    out. Hidden channels of plain nets count as scalar fields there. Raises ValueError for a module without any: of
    other convolutions it is not known how the group acts on their channels.

    >>> import equidyn as eq
    >>> from equidyn.grids.families import plain_conv, strict_conv
    >>> from equidyn.symmetry.fields import FieldType
    >>> from equidyn.symmetry.groups import C4
    >>> vectors = FieldType(C4, "vector", 2)
    >>> eq.distance(strict_conv(vectors, vectors)).total < 1e-6 < eq.distance(plain_conv(vectors, vectors)).total
    True
    """
    layers = {name: part for name, part in module.named_modules() if isinstance(part, Layer)}
    if not layers:
        raise ValueError(
            "module: none of its layers is of equidyn.grids, and of others it is not known how a group acts on their "
            "channels; equivariance_error measures any module"
        )
    found = distances(layers.values())
    return Distance(total=found["total"], by_layer=dict(zip(layers, found["by_layer"], strict=True)))
