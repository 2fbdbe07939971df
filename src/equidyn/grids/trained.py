"""Convolutions of the plane in training: the fastest of three ways to the same sums, which differ in rounding alone.

Where channels become few, a matrix product comes before the sum over neighbours; where they are many, the sums are
Winograd's; else torch's. In float32 on a processor; all else, and what takes no gradients, is left to torch.
"""

import torch

from equidyn.grids.convolve import SIDE, correlated, product_first
from equidyn.grids.winograd import Tiling, by_tiles

FEW = 2 / 3  # products per input channel up to which they come first [measured]
MANY = {"AVX2": 45, "AVX512": 70}  # channels, of full tiles, from which on tiles are faster [measured]


def trained(field: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """As `correlated`, channels last in memory."""
    if not _has_choice(field, kernel):
        return correlated(field, kernel, bias)
    outputs, inputs = kernel.shape[:2]
    if outputs * SIDE**2 < FEW * inputs:
        return product_first(field, kernel, bias, periodic=False)
    enough = MANY.get(torch.backends.cpu.get_cpu_capability(), float("inf"))
    many = min(inputs, outputs) * Tiling.of(field).filled >= enough
    return (by_tiles if many else correlated)(field, kernel, bias)


def _has_choice(field: torch.Tensor, kernel: torch.Tensor) -> bool:
    """Whether another way than torch's may be taken."""
    single = field.dtype == kernel.dtype == torch.float32 and field.device.type == "cpu"
    return single and kernel.shape[2:] == (SIDE, SIDE) and torch.is_grad_enabled()
