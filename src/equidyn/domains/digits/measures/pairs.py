"""Pairs of a test image and the same image moved, and which other image each is compared with to tell what is large.

Images are moved by whole pixels along an axis or both, and by quarter turns, all of which are exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from equidyn.core.training.draws import spread
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import CHUNK
from equidyn.symmetry.motions import translated

_AXES = ((1, 0), (-1, 0), (0, 1), (0, -1))  # one pixel: rows, columns
_DIAGONALS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # one pixel of each
DIRECTIONS = _AXES + _DIAGONALS
TURNS = (1, 2, 3)  # quarter turns that move anything
INK = 1 / 512  # of full ink; the least of 256 levels of grey is above it


@dataclass(frozen=True)
class Shift:
    """By dy rows and dx columns, towards larger indices [pixels of the image]; paper comes in."""

    dy: int
    dx: int

    def of(self, images: torch.Tensor) -> torch.Tensor:
        """Images (sample, side, side) moved."""
        return translated(images, self.dy, self.dx)


@dataclass(frozen=True)
class Turn:
    """By so many quarter turns, counter-clockwise as everywhere (ImageType.act)."""

    turns: int

    def of(self, images: torch.Tensor) -> torch.Tensor:
        """Images (sample, side, side) moved."""
        return torch.rot90(images, -self.turns, dims=(-2, -1))


Motion = Shift | Turn


@dataclass(frozen=True)
class Pairs:
    """Each of `images` (sample, side, side) with itself under each of `motions`; other: (sample,), another of them."""

    images: torch.Tensor
    motions: tuple[Motion, ...]
    other: torch.Tensor


def shifted_pairs(context: ClassifyImagesContext, samples: int, largest: int) -> Iterator[Pairs]:
    """Test images moved by 1 to `largest` pixels in one of eight directions, at most samples / 8 images in each.

    On a diagonal that is by so many rows and as many columns. The images are those whose ink stays inside when they are
    moved in this direction as far as that, the same at every distance: the narrower ones.
    """
    for direction, images in inside(context, context.test.inputs, largest):
        chosen = images[spread(len(images), max(samples // len(DIRECTIONS), 1))]
        motions = tuple(Shift(direction[0] * length, direction[1] * length) for length in range(1, largest + 1))
        yield from chunks(context.test.inputs[chosen], motions)


def turned_pairs(context: ClassifyImagesContext, samples: int) -> Iterator[Pairs]:
    """At most `samples` test images, spread evenly, turned by one, two and three quarter turns."""
    images = context.task.sample(context.task.tests[0], samples).inputs
    yield from chunks(images, tuple(map(Turn, TURNS)))


def inside(
    context: ClassifyImagesContext, images: torch.Tensor, length: int
) -> Iterator[tuple[tuple[int, int], torch.Tensor]]:
    """Each direction, with the indices (image,) of the images whose ink stays inside when moved by `length` pixels.

    images: (image, side, side), in units of the context's task.
    """
    for direction, room in zip(DIRECTIONS, rooms(images > INK / context.task.unit), strict=True):
        yield direction, (room >= length).nonzero()[:, 0]


def rooms(ink: torch.Tensor) -> torch.Tensor:
    """How far ink (image, side, side), bool, can move in each of DIRECTIONS [pixels], (8, image); no ink: 0."""
    rows, columns = ink.any(dim=-1), ink.any(dim=-2)
    ends = (rows.flip(-1), rows, columns.flip(-1), columns)  # that at which ink would leave comes first
    along = {axis: end.to(torch.uint8).argmax(dim=-1) for axis, end in zip(_AXES, ends, strict=True)}
    across = [torch.minimum(along[dy, 0], along[0, dx]) for dy, dx in _DIAGONALS]
    return torch.stack([*along.values(), *across])


def others(count: int) -> torch.Tensor:
    """For each of `count` things another one, (count,): neighbours on one random circle, always the same."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    found = torch.empty_like(order)
    found[order] = order.roll(1)
    return found


def chunks(images: torch.Tensor, motions: tuple[Motion, ...]) -> Iterator[Pairs]:
    """Images (sample, side, side) in equal parts of at most CHUNK; none of one image, which could not have another."""
    parts = max(-(-len(images) // CHUNK), 1)
    for part in images.tensor_split(parts):
        if len(part) > 1:
            yield Pairs(part, motions, others(len(part)))
