"""Coarse frames from fine ones: what a fine field in a periodic box looks like on a grid `factor` times as coarse.

A coarse voxel is the cube of factor^3 fine ones that it covers, so that both grids have one centre, and both filters
commute with the rotations of the cube. Fields are (..., z, y, x), N along each edge, and factor divides N.
"""

from collections.abc import Callable

import torch

Filter = Callable[[torch.Tensor, int], torch.Tensor]


def box(field: torch.Tensor, factor: int) -> torch.Tensor:
    """The mean over each coarse voxel."""
    coarse = field.shape[-1] // factor
    return (
        field.unflatten(-1, (coarse, factor))
        .unflatten(-3, (coarse, factor))
        .unflatten(-5, (coarse, factor))
        .mean(dim=(-5, -3, -1))
    )


def spectral(field: torch.Tensor, factor: int) -> torch.Tensor:
    """The part with |k_x|, |k_y|, |k_z| < N / (2 factor), at the middles of the coarse voxels.

    Those middles lie between fine points for an even factor: (factor - 1) / 2 fine voxels from a voxel's first one,
    which is a phase of each mode. The coarse grid's own highest waves, of N / (2 factor), are left out: it has them in
    one phase only, so they would not turn with the field.
    """
    fine = field.shape[-1]
    coarse = fine // factor
    shift = (factor - 1) / 2 / fine  # [sides of the box]
    found = torch.fft.rfftn(field, dim=(-3, -2, -1), norm="forward")
    for axis, half in ((-3, False), (-2, False), (-1, True)):
        found = _lowest(found, axis, coarse, half) * _phases(found, axis, coarse, shift, half)
    return torch.fft.irfftn(found, s=(coarse,) * 3, dim=(-3, -2, -1), norm="forward")


def _lowest(found: torch.Tensor, axis: int, coarse: int, half: bool) -> torch.Tensor:
    """Along one axis, those modes that a transform of length `coarse` has, in its order."""
    if half:
        return found.narrow(axis, 0, coarse // 2 + 1)
    first = found.narrow(axis, 0, coarse - coarse // 2)
    return torch.cat([first, found.narrow(axis, found.shape[axis] - coarse // 2, coarse // 2)], dim=axis)


def _phases(found: torch.Tensor, axis: int, coarse: int, shift: float, half: bool) -> torch.Tensor:
    """exp(i k shift), 0 for the coarse grid's highest waves, to be multiplied along the axis."""
    numbers = torch.fft.fftfreq(coarse, 1 / coarse, dtype=torch.float64)
    numbers = numbers[: coarse // 2 + 1].abs() if half else numbers
    phases = torch.exp(2j * torch.pi * shift * numbers) * (2 * numbers.abs() < coarse)
    return phases.to(found.dtype).reshape(-1, *[1] * (-axis - 1))


FILTERS: dict[str, Filter] = {"box": box, "spectral": spectral}
