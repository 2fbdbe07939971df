"""Square grey images, and how they turn."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.symmetry.actions import Action, c4_grid


@dataclass(frozen=True)
class ImageType:
    """Images of side x side pixels: a tensor of this type has shape (..., side, side), its row index growing with y."""

    side: int

    @property
    def pixels(self) -> int:
        """Numbers in an image."""
        return self.side**2

    @cached_property
    def action(self) -> Action:
        """How C4 acts on the pixels of an image, flattened row by row."""
        return c4_grid(self.side)

    def turn(self, images: torch.Tensor, turns: int) -> torch.Tensor:
        """The images turned counter-clockwise by `turns` quarter turns, exactly.

        images: (..., side, side); raises ValueError for another shape.
        """
        if images.shape[-2:] != (self.side, self.side):
            raise ValueError(f"expected (..., {self.side}, {self.side}) for {self}, got {tuple(images.shape)}")
        return torch.rot90(images, -turns, dims=(-2, -1))

    def turn_each(self, images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        """Each image (image, side, side) turned as by `turn`, by its own number of quarter turns (image,), 0 to 3."""
        sources = torch.from_numpy(self.action.source)[turns.cpu()].to(images.device)
        return images.flatten(1).gather(1, sources).view_as(images)
