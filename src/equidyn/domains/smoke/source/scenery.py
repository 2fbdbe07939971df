"""What stands in the box beside the inflow that turns: obstacles, further inflows, other walls; of a user's own.

A module with a function `scene(size, *, options)`, named by source.scene.by, gives it, built of PhiFlow's own parts. It
is one and the same for all four directions: so a set at level 0 is symmetric if, and only if, quarter turns about the
middle of the box leave it as it is, which is checked as without it (recording.py).
"""

from dataclasses import dataclass
from typing import Any

from equidyn.core.domain import find, imported
from equidyn.core.errors import EquidynError
from equidyn.core.params.signatures import checked, module
from equidyn.domains.smoke.params.smoke import SceneSettings


@dataclass(frozen=True)
class Scenery:
    """obstacles: phi.geom geometries, or phi.physics.fluid.Obstacle; smoke enters from inflows, geometries, as from the
    disc: 1 per step and cell, softened at their edges. walls: PhiFlow's extrapolation of the velocity; None: closed.
    Lengths are those of `size`; the box is from 0 to size along x and y.
    """

    obstacles: tuple[Any, ...] = ()
    inflows: tuple[Any, ...] = ()
    walls: Any = None

    @property
    def is_empty_box(self) -> bool:
        """Whether the pressure can be found exactly, by cosine transforms."""
        return not self.obstacles and self.walls is None


def scenery(settings: SceneSettings | None, size: float) -> Scenery:
    """What the function that params.yaml names builds; nothing, if it names none."""
    if settings is None:
        return Scenery()
    home = find("smoke")
    built = imported(module(home, "scenes", settings.by)).scene(
        size, **checked(home, "scenes", settings.by, settings.options)
    )
    if not isinstance(built, Scenery):
        raise EquidynError(f"source.scene.by = {settings.by!r}: scene() returned {type(built).__name__}, not a Scenery")
    return built
