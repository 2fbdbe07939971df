"""What frames of homogeneous turbulence in a periodic box tell about it: scales, spectrum, gradients, isotropy.

Frames hold none but the kept modes of domains/turbulence/source/spectral.py, so that every derivative is exact up to
rounding.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from equidyn.domains.turbulence.source.spectral import Modes


class Frames:
    """Statistics over frames (frame, 3, z, y, x) float32, means over all frames and voxels.

    Each frame is looked at by itself, so that memory stays small; the sums are in double precision.
    """

    def __init__(self, frames: np.ndarray) -> None:
        self._modes = Modes(frames.shape[-1])
        self._each = [_of_frame(self._modes, torch.from_numpy(frame)) for frame in frames]

    def _mean(self, name: str) -> np.ndarray:
        return np.mean([getattr(each, name) for each in self._each], axis=0)

    @cached_property
    def moments(self) -> np.ndarray:
        """<v_i v_j>, (3, 3) [length^2 / time^2]; the mean flow is 0."""
        return self._mean("moments")

    @cached_property
    def energy(self) -> float:
        """1/2 <|v|^2> [length^2 / time^2]."""
        return float(np.trace(self.moments)) / 2

    @property
    def spectrum(self) -> np.ndarray:
        """Energy in the shells of |k| from n - 1/2 to n + 1/2, n = 0, 1, ... [length^2 / time^2]."""
        return self._mean("spectrum")

    @property
    def square_gradient(self) -> float:
        """Sum of the nine <(dv_i / dx_j)^2>; times nu it is the dissipation [1 / time^2]."""
        return float(self._mean("second").sum())

    @property
    def skewness(self) -> float:
        """Of dv_i / dx_i: <.^3> / <.^2>^(3/2) over the three directions, about -0.4 in developed turbulence.

        A gradient of random phases has none: the nonlinearity makes it, as it makes the cascade.
        """
        return float(np.trace(self._mean("third")) / 3 / (np.trace(self._mean("second")) / 3) ** 1.5)

    @property
    def gradient_ratio(self) -> float:
        """<(dv_i / dx_j)^2> over <(dv_i / dx_i)^2>, i other than j; 2 for an isotropic solenoidal field."""
        along = np.trace(second := self._mean("second")) / 3
        return float((second.sum() - 3 * along) / 6 / along)

    @property
    def divergence(self) -> float:
        """Largest rms divergence of a frame, as a part of its rms gradient."""
        return max(each.divergence for each in self._each)

    @property
    def integral_scale(self) -> float:
        """Longitudinal integral length, pi / (2 u'^2) sum E(k) / k, for isotropic turbulence [length]."""
        shells = np.arange(1, len(self.spectrum))
        return float(np.pi / 2 * (self.spectrum[1:] / shells).sum() / (2 * self.energy / 3))

    @property
    def scatter(self) -> tuple[float, float]:
        """By how much second moments would differ from frame to frame, were the modes Gaussian and the flow isotropic.

        The standard deviations over independent frames of <v_i^2> less the mean of the three, and of <v_i v_j>, both
        over the mean of the three. The coefficients of a pair k, -k have the covariance C = 1 - kk' / k^2, by which
        <v_i v_j> gets the variance (C_ii C_jj + C_ij^2) / 2 in units of 3/2 of the pair's share of the energy; q is the
        sum of k_i^4 / k^4. A few pairs that hold much of the energy scatter much.
        """
        shares = self._mean("by_square") / self.energy
        pairs, q = self._classes
        each = 9 / 4 * np.square(shares) / pairs
        return float(np.sqrt((each * ((1 + q) / 3 - 2 / 9)).sum())), float(np.sqrt((each * (2 - q) / 6).sum()))

    @cached_property
    def _classes(self) -> tuple[np.ndarray, np.ndarray]:
        """Of all k with |k|^2 = 0, 1, 2, ...: the number of pairs k, -k (infinite where there are none), and mean q."""
        squares, counts = self._modes.squares.double().flatten(), self._modes.weights.double().flatten() / 2
        q = self._modes.vectors.double().pow(4).sum(dim=0).flatten() / squares.clamp(min=1).square()
        pairs, total = (torch.bincount(squares.long(), weights=each).numpy() for each in (counts, counts * q))
        pairs[0] = 0  # the mean flow
        return np.where(pairs > 0, pairs, np.inf), total / np.maximum(pairs, 1)


@dataclass(frozen=True)
class _Frame:
    """Of one frame: (3, 3) moments; energy in shells, and of each |k|^2; (3, 3) moments of the gradient; divergence."""

    moments: np.ndarray
    spectrum: np.ndarray
    by_square: np.ndarray
    second: np.ndarray
    third: np.ndarray
    divergence: float


def _of_frame(modes: Modes, field: torch.Tensor) -> _Frame:
    velocity = modes.to_modes(field)
    gradient = modes.to_space(modes.gradient(velocity)).double()  # (3 components, 3 directions, z, y, x)
    flat = field.double().flatten(1)
    divergence = gradient.diagonal(dim1=0, dim2=1).sum(dim=-1)
    second = gradient.square().mean(dim=(-3, -2, -1))
    each = (modes.weights * torch.view_as_real(velocity).square().sum(dim=-1).sum(dim=0)).double() / 2
    return _Frame(
        moments=(flat @ flat.T / flat.shape[1]).numpy(),
        spectrum=modes.spectrum(velocity).numpy(),
        by_square=torch.bincount(modes.squares.long().flatten(), weights=each.flatten()).numpy(),
        second=second.numpy(),
        third=gradient.pow(3).mean(dim=(-3, -2, -1)).numpy(),
        divergence=float((divergence.square().mean() / second.sum()).sqrt()),
    )
