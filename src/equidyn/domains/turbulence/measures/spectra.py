"""Flows in a box by scale: energy in shells of wavenumber, divergence, and interpolation by Fourier series.

Wavenumbers are in units of 2 pi / side of the box: k counts waves across it. Fields are (..., 3, z, y, x) with the
components (vx, vy, vz), so that k_x runs along the last axis. All arithmetic is in float64.
"""

import math
from functools import cache

import torch

SPACE = (-3, -2, -1)


@cache
def wave_vectors(side: int) -> torch.Tensor:
    """(k_x, k_y, k_z) of each mode that rfftn keeps of a cube of side^3 voxels, (3, side, side, side // 2 + 1)."""
    whole, half = torch.fft.fftfreq(side, 1 / side).double(), torch.fft.rfftfreq(side, 1 / side).double()
    along_z, along_y, along_x = torch.meshgrid(whole, whole, half, indexing="ij")
    return torch.stack([along_x, along_y, along_z])


def shell_of_each(side: int) -> torch.Tensor:
    """The shell n of each mode, n - 1/2 <= |k| < n + 1/2, (side, side, side // 2 + 1) int64."""
    return (wave_vectors(side).norm(dim=0) + 0.5).floor().long()


def shell_products(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Half the mean of first . second over a box, split over the shells 0, 1, ... up to the corners: (..., shell).

    first, second: (..., 3, n, n, n). The energy of a field: with itself. The sum over all shells is half the mean of
    the dot product (Parseval); shell 0 is what the means contribute.
    """
    side = first.shape[-1]
    modes, others = (torch.fft.rfftn(field.double(), dim=SPACE) for field in (first, second))
    products = (modes.conj() * others).real.sum(-4) * _multiplicity(side).to(first.device) / (2 * side**6)
    shells = shell_of_each(side).flatten().to(first.device)
    found = products.new_zeros(*products.shape[:-3], int(shells.max()) + 1)
    return found.index_add_(-1, shells, products.flatten(-3))


def fourier_upsampled(field: torch.Tensor, factor: int) -> torch.Tensor:
    """The Fourier series of a periodic field (..., n, n, n) at the centres of voxels `factor` times as fine; float64.

    Exact for whatever the coarse grid resolves. Coarse voxel j of an axis lies at (j + 1/2) / n of its length, fine
    voxel i at (i + 1/2) / (factor n), so for an even factor no fine one lies on a coarse one. Each axis is one product
    with the matrix of the trigonometric interpolation, which is the zero-padded series with that shift of phase.
    """
    weights = _series(field.shape[-1], factor).to(field.device)
    return torch.einsum("...zyx,kz,jy,ix->...kji", field.double(), weights, weights, weights)


def spectral_slopes(field: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean squares of the divergence, and of the velocity gradient (summed over its nine entries) of a periodic flow.

    field: (..., 3, n, n, n) -> (...), (...) [velocity^2 / (side / 2 pi)^2]. Derivatives are those of the Fourier
    series; that of the shortest wave, which alternates from voxel to voxel, vanishes at the voxels.
    """
    side = field.shape[-1]
    waves = wave_vectors(side).to(field.device)
    waves = torch.where(waves.abs() == side / 2, 0.0, waves)
    modes = torch.fft.rfftn(field.double(), dim=SPACE)
    weights = _multiplicity(side).to(field.device) / side**6
    divergence = (modes * waves).sum(-4).abs().square() * weights
    gradient = modes.abs().square().sum(-4) * waves.square().sum(0) * weights
    return divergence.sum(SPACE), gradient.sum(SPACE)


@cache
def _multiplicity(side: int) -> torch.Tensor:
    """How many modes of the full transform each one along the halved axis stands for: itself, and its conjugate."""
    counts = torch.full((side // 2 + 1,), 2.0, dtype=torch.float64)
    counts[0] = 1
    if side % 2 == 0:
        counts[-1] = 1
    return counts


@cache
def _series(length: int, factor: int) -> torch.Tensor:
    """(factor length, length) float64: trigonometric interpolation along one axis.

    An even length has one shortest wave, k = length / 2, of which the samples tell no phase: half of it counts as k,
    half as -k, so that the series is real and symmetric.
    """
    fine = (torch.arange(factor * length, dtype=torch.float64) + 0.5) / (factor * length)
    coarse = (torch.arange(length, dtype=torch.float64) + 0.5) / length
    waves = torch.arange(1, length // 2 + 1, dtype=torch.float64)
    amplitudes = torch.where(waves == length / 2, 1.0, 2.0)
    angles = 2 * math.pi * (fine[:, None] - coarse)[..., None] * waves
    return (1 + (amplitudes * angles.cos()).sum(-1)) / length
