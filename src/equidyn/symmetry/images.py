"""Square grey images, and how they turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from equidyn.symmetry.actions import Action, grid_action
from equidyn.symmetry.fields import moved_grid
from equidyn.symmetry.groups import C4, Group


@dataclass(frozen=True)
class ImageType:
    """Images of side x side pixels: a tensor of this type has shape (..., side, side), its row index growing with y."""

    side: int
    group: Group = C4

    @property
    def pixels(self) -> int:
        """Numbers in an image."""
        return self.side**2

    @cached_property
    def action(self) -> Action:
        """How the group acts on the pixels of an image, flattened row by row."""
        return grid_action(self.group, self.side)

    @property
    def group_name(self) -> str:
        """What readers call the group."""
        return self.group.name

    @property
    def order(self) -> int:
        """Number of group elements."""
        return self.group.order

    def elements_to_check(self, count: int, rng: np.random.Generator) -> Sequence[int]:
        """As of Group."""
        return self.group.elements_to_check(count, rng)

    def example_shapes(self) -> dict[str, tuple[int, ...]]:
        """A few images."""
        return {f"{self.side} x {self.side}": (4, self.side, self.side)}

    def inverse(self, element: int) -> int:
        """The element that undoes this one."""
        return int(self.group.inverses[element])

    def act(self, images: torch.Tensor, element: int) -> torch.Tensor:
        """The images moved by an element of the group, exactly; of C4: so many counter-clockwise quarter turns.

        images: (..., side, side); raises ValueError for another shape.
        """
        if images.shape[-2:] != (self.side, self.side):
            raise ValueError(f"expected (..., {self.side}, {self.side}) for {self}, got {tuple(images.shape)}")
        return moved_grid(images, self.group, element)

    def act_each(self, images: torch.Tensor, elements: torch.Tensor) -> torch.Tensor:
        """Each image (image, side, side) moved by its own element (image,), a number from 0 to order - 1."""
        sources = torch.from_numpy(self.action.source)[elements.cpu()].to(images.device)
        return images.flatten(1).gather(1, sources).view_as(images)
