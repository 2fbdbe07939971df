"""Fields on a square grid: their types, and how they turn by exact quarter turns."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.symmetry.actions import Action, c4_regular, c4_scalar, c4_vector

_ACTIONS = {"scalar": c4_scalar, "vector": c4_vector, "regular": c4_regular}


@dataclass(frozen=True)
class FieldType:
    """`multiplicity` fields of one kind ("scalar", "vector" or "regular") stacked along the channel axis.

    A tensor of this type has shape (..., multiplicity * dimension, y, x), the components of a field side by side.
    """

    kind: str
    multiplicity: int

    @cached_property
    def action(self) -> Action:
        """How C4 acts on the components of one field."""
        return _ACTIONS[self.kind]()

    @property
    def order(self) -> int:
        """Number of quarter turns."""
        return self.action.order

    @property
    def dimension(self) -> int:
        """Components of one field: 1, 2 or 4."""
        return self.action.dimension

    @property
    def channels(self) -> int:
        """Length of the channel axis."""
        return self.multiplicity * self.dimension

    def inverse(self, turns: int) -> int:
        """The quarter turns that undo these."""
        return -turns % self.order

    def turn(self, field: torch.Tensor, turns: int) -> torch.Tensor:
        """The field turned counter-clockwise by `turns` quarter turns, exactly.

        field: (..., channels, y, x) with y = x; raises ValueError for another number of channels or a grid that is
        not square.
        """
        if field.shape[-3] != self.channels or field.shape[-1] != field.shape[-2]:
            raise ValueError(f"expected (..., {self.channels}, n, n) for {self}, got {tuple(field.shape)}")
        element = turns % 4
        moved = torch.rot90(field, -element, dims=(-2, -1)).unflatten(-3, (self.multiplicity, self.dimension))
        source = torch.from_numpy(self.action.source[element]).to(field.device)
        sign = torch.from_numpy(self.action.sign[element]).to(field)
        return (moved.index_select(-3, source) * sign[:, None, None]).flatten(-4, -3)
