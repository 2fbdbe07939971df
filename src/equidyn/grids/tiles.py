"""Volumes in tiles that stay in a processor's cache, each with the voxels around it.

An operation that reads its neighbours, done on a whole fine volume, waits for memory at each of its steps. Here volumes
are rows: (z, y, x, channels), side by side in memory in this order.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

import torch

TILE_BYTES = 2_000_000  # of a tile: about what a core has for itself
DEPTH = 4  # layers of a tile, if there are so many


def tiles(rows: torch.Tensor) -> Iterator[tuple[slice, slice]]:
    """Layers (z) and lines (y) of each tile of rows (z, y, x, channels), of about equal size; on a GPU, of all."""
    depth, lines = rows.shape[:2]
    whole = rows.device.type != "cpu"
    fitting = depth * lines if whole else max(1, TILE_BYTES // (rows[0, 0].numel() * rows.element_size()))
    layers = min(depth, max(DEPTH, fitting // lines), fitting)
    for z in _cut(depth, layers):
        for y in _cut(lines, max(1, fitting // layers)):
            yield z, y


def _cut(length: int, size: int) -> list[slice]:
    """Parts of `size` at most, of about equal length."""
    count = ceil(length / size)
    bounds = [length * part // count for part in range(count + 1)]
    return [slice(first, last) for first, last in pairwise(bounds)]


def surrounded(rows: torch.Tensor, z: slice, y: slice, periodic: bool, buffer: torch.Tensor) -> torch.Tensor:
    """A copy of the tile with one voxel more on all sides: (layers + 2, lines + 2, x + 2, channels).

    Beyond the walls the box repeats where periodic, and is empty else. buffer: the memory to use, of `buffer_for`.
    """
    shape = (z.stop - z.start + 2, y.stop - y.start + 2, rows.shape[2] + 2, rows.shape[3])
    answer = buffer[: torch.Size(shape).numel()].view(shape)
    if not periodic:
        answer.zero_()
    for here, there in _stretches(z, rows.shape[0], periodic):
        for line, other in _stretches(y, rows.shape[1], periodic):
            answer[here, line, 1:-1] = rows[there, other]
    if periodic:
        answer[:, :, 0], answer[:, :, -1] = answer[:, :, -2], answer[:, :, 1]
    return answer


def buffer_for(rows: torch.Tensor) -> torch.Tensor:
    """Memory for the largest surrounded tile, flat: to be used again and again, which spares the system's pages."""
    largest = max((z.stop - z.start + 2) * (y.stop - y.start + 2) for z, y in tiles(rows))
    return rows.new_empty(largest * (rows.shape[2] + 2) * rows.shape[3])


def _stretches(part: slice, length: int, periodic: bool) -> Iterator[tuple[slice, slice]]:
    """Places in a part with one more on both sides, and where their numbers lie along an axis of `length`."""
    place = part.start - 1
    while place <= part.stop:
        source = place % length
        count = min(length - source, part.stop + 1 - place)
        if periodic or 0 <= place < length:
            yield slice(place - part.start + 1, place - part.start + 1 + count), slice(source, source + count)
        place += count
