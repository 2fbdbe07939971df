"""Incompressible flow in a periodic box, by its Fourier modes: the pseudo-spectral method (Orszag and Patterson 1972).

    dv/dt = P(v x curl v) + nu Laplace v + f,     div v = 0

P takes away gradients, pressure among them. The product is formed point by point and has no aliasing in the kept modes
(domains/turbulence/source/spectral.py), so that without viscosity and force the equations keep energy and helicity
exactly. A mean flow stays as it is. In time: the classical Runge-Kutta method of fourth order for w = exp(nu k^2 t) v,
by which viscosity is exact. On the imaginary axis, where advection is, it is stable up to 2 sqrt(2): per evaluation
further than Heun's or a third-order method, and far more accurate.
"""

import torch

from equidyn.domains.turbulence.source.forcing import ConstantPower
from equidyn.domains.turbulence.source.spectral import Modes, cross


class Flow:
    """The equations of one or more flows side by side, and their time step.

    viscosity: nu [length^2 / time]; dt: the time step [time]; forcing: None for a flow that is left alone.
    Velocities are modes (..., 3, kz, ky, kx).
    """

    def __init__(self, modes: Modes, viscosity: float, dt: float, forcing: ConstantPower | None = None) -> None:
        self.modes = modes
        self.viscosity = viscosity
        self.dt = dt
        self._forcing = forcing
        self._decay = torch.exp(-viscosity * dt / 2 * modes.squares).flatten().repeat_interleave(2)  # in half a step
        self._rooms: dict[torch.Size, tuple[torch.Tensor, torch.Tensor]] = {}

    def change(self, velocity: torch.Tensor) -> torch.Tensor:
        """dv/dt without viscosity: advection, pressure and force. Six transforms to space, three back."""
        modes = self.modes
        field, product = self._room(velocity.shape[:-4])
        flow, vorticity = modes.to_space(modes.with_curl(velocity), out=field).flatten(-3).split(3, dim=-2)
        cross(flow, vorticity, out=product.flatten(-3))
        change = modes.project(modes.to_modes(product))
        change[..., modes.largest, modes.largest, 0] = 0  # of the mean flow, where a projection has no direction
        if self._forcing is not None:
            change[self._forcing.place] += self._forcing.force(velocity)
        return change

    def _room(self, leading: torch.Size) -> tuple[torch.Tensor, torch.Tensor]:
        """For velocity and vorticity, and for their product, in space; kept, one for each leading shape."""
        if leading not in self._rooms:
            points = (self.modes.resolution,) * 3
            self._rooms[leading] = tuple(torch.empty((*leading, n, *points), dtype=self.modes.dtype) for n in (6, 3))
        return self._rooms[leading]

    def step(self, velocity: torch.Tensor) -> torch.Tensor:
        """The velocity a time step later."""
        half, decay, flat = self.dt / 2, self._decay, self.modes.flat
        first = self.change(velocity)
        faded = decay * flat(velocity)
        total = decay * flat(first)
        second = self.change(self._like(velocity, torch.add(faded, total, alpha=half)))
        third = self.change(self._like(velocity, torch.add(faded, flat(second), alpha=half)))
        between = flat(second).add_(flat(third))
        fourth = self.change(self._like(velocity, torch.add(faded, flat(third), alpha=self.dt).mul_(decay)))
        total.add_(between, alpha=2).mul_(decay).add_(flat(fourth))
        return self.modes.made_real(self._like(velocity, faded.mul_(decay).add_(total, alpha=self.dt / 6)))

    def _like(self, modes: torch.Tensor, flat: torch.Tensor) -> torch.Tensor:
        return torch.view_as_complex(flat.view(*modes.shape, 2))

    def courant(self, field: torch.Tensor) -> torch.Tensor:
        """How many voxels the fastest fluid passes in a time step, |v_x| + |v_y| + |v_z|: (..., 3, z, y, x) -> (...).

        Not a number where a velocity is none. A uniform flow is stable up to 3 sqrt(2) / pi = 1.35, for waves of the
        largest wave number along all axes; turbulence, whose largest velocity is met in a spot, up to more than 2.
        """
        fastest = field.abs().sum(dim=-4).amax(dim=(-3, -2, -1))
        return fastest * (self.dt * self.modes.resolution / (2 * torch.pi))
