"""Memory for large tensors that is used again and again.

What the system hands out afresh it clears page by page, which takes longer than most operations on it. A training step
on volumes takes gigabytes in pieces of a few sizes: those of the last step serve the next one as well. A piece is free
when no tensor holds it, which Python's count of references tells exactly.
"""

import sys

import numpy as np
import torch

LARGE = 1 << 24  # bytes; smaller pieces the allocator itself keeps
_pieces: list[np.ndarray] = []
_UNHELD = 3  # references to a piece that nobody uses: of the list, of the loop, and of the count


def lent(shape: torch.Size | tuple[int, ...], like: torch.Tensor) -> torch.Tensor:
    """An uninitialised tensor of this shape, of the precision and on the device of `like`."""
    size = torch.Size(shape).numel() * like.element_size()
    if like.device.type != "cpu" or size < LARGE:
        return like.new_empty(shape)
    for piece in _pieces:
        if piece.nbytes == size and sys.getrefcount(piece) == _UNHELD:
            return torch.from_numpy(piece).view(like.dtype).view(shape)
    _pieces.append(torch.empty(size, dtype=torch.uint8).numpy())
    return torch.from_numpy(_pieces[-1]).view(like.dtype).view(shape)


def forget() -> None:
    """Give back all that is kept, as soon as nobody uses it."""
    _pieces.clear()
