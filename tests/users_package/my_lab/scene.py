"""The user's own scene: a square block in the box of smoke, or no walls."""

from phi.geom import Box
from phiml.math import extrapolation

from equidyn.core.params.types import NonNegativeFloat, PositiveFloat
from equidyn.domains.smoke.source.scenery import Scenery


def scene(size: float, *, side: PositiveFloat, shift: NonNegativeFloat = 0.0, walls: bool = True) -> Scenery:
    """side: of the block; shift: of its middle from that of the box, along x; walls: whether the box is closed."""
    x, y, half = size / 2 + shift, size / 2, side / 2
    block = Box(x=(x - half, x + half), y=(y - half, y + half))
    return Scenery(obstacles=(block,), walls=None if walls else extrapolation.BOUNDARY)
