"""Fields in a cube of voxels: their types, and how they turn by the 24 rotations of the cube, exactly."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch

from equidyn.symmetry.actions import Action
from equidyn.symmetry.cube import ORDER, cube_regular, cube_scalar, cube_vector, inverses

_ACTIONS = {"scalar": cube_scalar, "vector": cube_vector, "regular": cube_regular}
_AXES = cube_vector()  # how the axes x, y, z are exchanged and reversed: as the components of a vector


@dataclass(frozen=True)
class VolumeType:
    """`multiplicity` fields of one kind ("scalar", "vector" or "regular") stacked along the channel axis.

    A tensor of this type has shape (..., multiplicity * dimension, z, y, x), the components of a field side by side.
    refinement: voxels along an edge per voxel of the coarse grid of the same study. periodic: whether the box repeats.
    """

    kind: str
    multiplicity: int
    refinement: int = 1
    periodic: bool = True

    @cached_property
    def action(self) -> Action:
        """How the group acts on the components of one field."""
        return _ACTIONS[self.kind]()

    @property
    def order(self) -> int:
        """Number of rotations."""
        return ORDER

    @property
    def dimension(self) -> int:
        """Components of one field: 1, 3 or 24."""
        return self.action.dimension

    @property
    def channels(self) -> int:
        """Length of the channel axis."""
        return self.multiplicity * self.dimension

    def as_scalars(self) -> "VolumeType":
        """The same numbers, each component taken for a scalar field of its own, which a vector's are not."""
        return replace(self, kind="scalar", multiplicity=self.channels)

    def of(self, kind: str, multiplicity: int, refinement: int) -> "VolumeType":
        """Other fields in the same box, on a grid of this refinement."""
        return replace(self, kind=kind, multiplicity=multiplicity, refinement=refinement)

    def inverse(self, element: int) -> int:
        """The rotation that undoes this one."""
        return int(inverses()[element])

    def turn(self, field: torch.Tensor, element: int) -> torch.Tensor:
        """The field turned by rotation number `element` of symmetry/cube.py, exactly.

        field: (..., channels, z, y, x) with z = y = x; raises ValueError for another shape.
        """
        if field.shape[-4] != self.channels or len(set(field.shape[-3:])) > 1:
            raise ValueError(f"expected (..., {self.channels}, n, n, n) for {self}, got {tuple(field.shape)}")
        moved = turned_grid(field, element).unflatten(-4, (self.multiplicity, self.dimension))
        source = torch.from_numpy(self.action.source[element]).to(field.device)
        sign = torch.from_numpy(self.action.sign[element]).to(field)
        return (moved.index_select(-4, source) * sign[:, None, None, None]).flatten(-5, -4)


def turned_grid(field: torch.Tensor, element: int) -> torch.Tensor:
    """The voxels (..., z, y, x) of a field moved by a rotation, its components left alone."""
    source, sign = _AXES.source[element], _AXES.sign[element]
    # Axis x is the last, y the one before: coordinate c lies along axis -(c + 1).
    first = field.dim() - 3
    order = [first + 2 - int(source[coordinate]) for coordinate in (2, 1, 0)]
    reversed_axes = [-(coordinate + 1) for coordinate in range(3) if sign[coordinate] < 0]
    return field.permute(*range(first), *order).flip(reversed_axes)
