"""What keeps a turbulent flow going: power put into its largest scales, as much at every moment."""

import torch

from equidyn.domains.turbulence.source.spectral import Modes


class ConstantPower:
    """A force f = c P(w v) on the modes 0 < |k| <= wavenumber, P the projection on solenoidal fields.

    w weighs the components (x, y, z) of the velocity; c is such that the power <f.v> is `power` at every moment
    [length^2 / time^3]. Since P is symmetric and v solenoidal, <f.v> = c sum w_i <v_i^2>, over the forced modes. Equal
    weights leave the flow isotropic: |k| <= wavenumber is a ball, and P commutes with rotations.
    """

    def __init__(self, modes: Modes, wavenumber: float, power: float, component_weights: tuple[float, ...]) -> None:
        reach = min(int(wavenumber), modes.largest)
        middle = slice(modes.largest - reach, modes.largest + reach + 1)
        self.place = (..., middle, middle, slice(0, reach + 1))  # of the forced modes, in an array of modes
        self._power = power
        vectors, squares = modes.vectors[self.place], modes.squares[self.place]
        self._forced = ((squares > 0) & (squares <= wavenumber**2)).to(modes.dtype)
        self._weights = torch.tensor(component_weights, dtype=modes.dtype)[:, None, None, None] * self._forced
        self._counted = self._weights * modes.weights[self.place]
        self._vectors, self._directions = vectors, vectors / squares.clamp(min=1)

    def force(self, velocity: torch.Tensor) -> torch.Tensor:
        """Modes (..., 3, kz, ky, kx) of the force at `place`, for those of a velocity; not finite if it is at rest."""
        large = velocity[self.place]
        weighed = self._weights * large
        pushed = weighed - self._directions * (self._vectors * weighed).sum(dim=-4, keepdim=True)
        power = (self._counted * torch.view_as_real(large).square().sum(dim=-1)).sum(dim=(-4, -3, -2, -1), keepdim=True)
        return pushed * (self._power / power)
