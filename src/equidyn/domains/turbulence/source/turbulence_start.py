"""What a turbulent flow is started from: a random velocity field that has the spectrum of one already."""

import numpy as np
import torch

from equidyn.domains.turbulence.params import TurbulenceSource
from equidyn.domains.turbulence.source.spectral import Modes

# 1/2 <|v|^2> in units of (power / wavenumber of the forcing)^(2/3); flows settle at 3.3 (16^3) to 4.3 (32^3) [measured]
ENERGY = 4.0


def start(source: TurbulenceSource, simulation: int, modes: Modes) -> torch.Tensor:
    """Modes (3, kz, ky, kx) of the velocity that one simulation starts from; at each seed, block and number another.

    Gaussian, solenoidal and without a mean, its spectrum that of Pope (Turbulent Flows, 2000, eq. 6.246) between the
    scales of the forcing and Kolmogorov's: k^(-5/3), with the decay where viscosity takes over. Its phases are random:
    that the flow gets its skewness from its own nonlinearity is what the burn-in is for.
    """
    dice = np.random.default_rng([source.seed, *divmod(simulation, source.simulations)])
    noise = dice.standard_normal((3, *[source.resolution] * 3), dtype=np.float64)
    velocity = modes.project(modes.to_modes(torch.from_numpy(noise).to(modes.dtype))) * _amplitudes(source, modes)
    wanted = ENERGY * (source.forcing.power / source.forcing.wavenumber) ** (2 / 3)
    return velocity * float(torch.sqrt(wanted / modes.energy(velocity)))


def _amplitudes(source: TurbulenceSource, modes: Modes) -> torch.Tensor:
    """Of each mode, up to a factor: the energy of a shell, E(k), is shared by a number of them that goes with k^2."""
    size = modes.squares.double().sqrt()
    kolmogorov = (source.viscosity**3 / source.forcing.power) ** 0.25
    decay = torch.exp(-5.2 * (((size * kolmogorov) ** 4 + 0.4**4) ** 0.25 - 0.4))
    inside = torch.where(size > 0, size, torch.inf)  # no mean flow
    return (inside ** (-11 / 6) * decay.sqrt()).to(modes.dtype)
