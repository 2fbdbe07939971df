"""The pairs of the project description's lab: a test image, and the same image turned and moved at random.

The lab means pairs of mutually translated images; its transformation turns them as well, and a fraction of an axis is
the largest shift there, in either direction, and not the end of a range from one fraction to another.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch.nn import functional

from equidyn.domains.digits.measures.pairs import Pairs, chunks
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext

DEGREES = (30.0, 70.0)  # clockwise
ROWS, COLUMNS = 0.3, 0.1  # largest shift, of the side; the lab gives the columns first


@dataclass(frozen=True)
class Affine:
    """Each image has its own: a turn about the middle [degrees, clockwise], then a shift [pixels of the image].

    degrees, dy, dx: (sample,); dy, dx are whole, towards larger indices. Paper comes in.
    """

    degrees: torch.Tensor
    dy: torch.Tensor
    dx: torch.Tensor

    def of(self, images: torch.Tensor) -> torch.Tensor:
        """Images (sample, side, side) moved, each pixel as the nearest one was."""
        return self._read(images.unsqueeze(1), 1, "nearest").squeeze(1)

    def on(self, maps: torch.Tensor, stride: int, blank: torch.Tensor) -> torch.Tensor:
        """Maps (sample, c, n, n) whose pixels are `stride` apart in the image, moved as scalars, read between pixels.

        blank: the maps of a blank image, (1, c, n, n), which come in.
        """
        return blank + self._read(maps - blank, stride, "bilinear")

    def _read(self, maps: torch.Tensor, stride: int, mode: str) -> torch.Tensor:
        middle = (maps.shape[-1] - 1) / 2
        places = torch.arange(maps.shape[-1], dtype=torch.float64) - middle
        y, x = (places[:, None] - self._column(self.dy) / stride, places - self._column(self.dx) / stride)
        cosine, sine = (of(self._column(self.degrees) * math.pi / 180) for of in (torch.cos, torch.sin))
        sources = torch.stack([cosine * x + sine * y, cosine * y - sine * x], dim=-1) / max(middle, 0.5)
        return functional.grid_sample(maps, sources.to(maps), mode=mode, padding_mode="zeros", align_corners=True)

    @staticmethod
    def _column(numbers: torch.Tensor) -> torch.Tensor:
        return numbers.double()[:, None, None]


def drawn(count: int, side: int, dice: torch.Generator) -> Affine:
    """Angles uniform in DEGREES; shifts uniform up to ROWS and COLUMNS of the side, rounded to whole pixels."""
    least, most = DEGREES
    degrees = least + (most - least) * torch.rand(count, generator=dice)
    dy, dx = ((part * side * (2 * torch.rand(count, generator=dice) - 1)).round() for part in (ROWS, COLUMNS))
    return Affine(degrees, dy, dx)


def lab_pairs(context: ClassifyImagesContext, samples: int) -> Iterator[Pairs]:
    """At most `samples` test images, spread evenly, each with itself moved once; always the same."""
    dice = torch.Generator().manual_seed(0)
    for pairs in chunks(context.task.sample(context.task.tests[0], samples).inputs, ()):
        yield replace(pairs, motions=(drawn(len(pairs.images), pairs.images.shape[-1], dice),))
