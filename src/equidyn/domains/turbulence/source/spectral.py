"""Fields in a periodic box of side 2 pi as sums of Fourier modes: those that the 2/3 rule keeps, and no others.

A field on N^3 points has the modes k with |k_x|, |k_y|, |k_z| < N / 3. A product of two such fields, taken point by
point, gives these modes without aliasing (Orszag 1971), and the set of them is symmetric under the rotations of the
cube. Of k and -k, whose coefficients are conjugate, one is stored. With m the largest integer below N / 3, modes have
shape (..., kz, ky, kx) = (..., 2m + 1, 2m + 1, m + 1), kz and ky from -m to m, kx from 0 to m. A coefficient is that
of exp(i k.x), point 0 being at x = 0, so that the mean square of a field is the sum of `weights` |coefficient|^2.
Vectors have their components (x, y, z) in the axis before.
"""

from functools import cached_property

import torch


class Modes:
    """The kept modes of a box with `resolution`^3 points, and what is done to fields by them.

    dtype: torch.float32 or torch.float64, of fields; their modes are of the complex type that goes with it.
    """

    def __init__(self, resolution: int, dtype: torch.dtype = torch.float32) -> None:
        self.resolution = resolution
        self.dtype = dtype
        self.largest = (resolution - 1) // 3
        self._rooms: dict[torch.Size, tuple[torch.Tensor, torch.Tensor]] = {}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the modes of one scalar field: (kz, ky, kx)."""
        return 2 * self.largest + 1, 2 * self.largest + 1, self.largest + 1

    @cached_property
    def vectors(self) -> torch.Tensor:
        """Wave vectors (x, y, z) of all modes, (3, kz, ky, kx) [2 pi / side]."""
        both, half = (torch.arange(first, self.largest + 1, dtype=self.dtype) for first in (-self.largest, 0))
        kz, ky, kx = torch.meshgrid(both, both, half, indexing="ij")
        return torch.stack([kx, ky, kz])

    @cached_property
    def squares(self) -> torch.Tensor:
        """|k|^2 of all modes, (kz, ky, kx)."""
        return self.vectors.square().sum(dim=0)

    @cached_property
    def weights(self) -> torch.Tensor:
        """How many modes each stored one stands for: 2, itself and its conjugate; 1 where kx is 0. (kz, ky, kx)."""
        return 2.0 - (self.vectors[0] == 0).to(self.dtype)

    @cached_property
    def _twice(self) -> torch.Tensor:
        """Wave vectors once for real and once for imaginary parts, (3, 2 modes): real arithmetic in one sweep."""
        return self.vectors.flatten(1).repeat_interleave(2, dim=1)

    @cached_property
    def _directions(self) -> torch.Tensor:
        """k / |k|^2, 0 for k = 0, laid out in the same way."""
        return self._twice / self._twice.square().sum(dim=0).clamp(min=1)

    @cached_property
    def _waves(self) -> torch.Tensor:
        """What real and imaginary parts of the modes 0, 1, ... along x give at each point, (2 modes, x)."""
        numbers, points = (torch.arange(count, dtype=torch.float64) for count in (self.largest + 1, self.resolution))
        phases = 2 * torch.pi / self.resolution * numbers[:, None] * points
        counted = 2.0 - (numbers == 0).double()[:, None]
        return torch.stack([counted * phases.cos(), -counted * phases.sin()], dim=1).flatten(0, 1).to(self.dtype)

    def to_space(self, modes: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """The field (..., z, y, x) that has these modes; written into `out` if there is one.

        Along z and y by fast transforms, kx in front, so that they run over adjacent numbers, and only over columns
        that are not all zero. Along x as a product with a matrix of cosines and sines, which for up to some hundred
        points is faster than a transform from complex to real numbers. torch.fft.irfftn takes twice as long as all.
        """
        leading, points = modes.shape[:-3], (self.resolution,) * 3
        padded, rows = self._room(leading, modes.dtype)
        for kz, z in self._halves():
            for ky, y in self._halves():
                padded[..., z, y] = modes[..., kz, ky, :].movedim(-1, -3)
        rows.copy_(torch.fft.ifftn(padded, dim=(-2, -1), norm="forward").movedim(-3, -1))
        out = modes.new_empty((*leading, *points), dtype=self.dtype) if out is None else out
        torch.mm(torch.view_as_real(rows).view(-1, len(self._waves)), self._waves, out=out.view(-1, self.resolution))
        return out

    def to_modes(self, field: torch.Tensor) -> torch.Tensor:
        """The kept modes of a field (..., z, y, x)."""
        found = torch.fft.rfftn(field, dim=(-3, -2, -1))
        modes = found.new_empty((*field.shape[:-3], *self.shape))
        for kz, z in self._halves():
            for ky, y in self._halves():
                modes[..., kz, ky, :] = found[..., z, y, : self.largest + 1]
        return modes.mul_(1 / self.resolution**3)  # here, where there are fewer of them, rather than in the transform

    def _halves(self) -> tuple[tuple[slice, slice], ...]:
        """Where wave numbers below 0, and those from 0 on, stand in an axis of modes and in one of a transform."""
        largest, points = self.largest, self.resolution
        below = slice(0, largest), slice(points - largest, points)
        return below, (slice(largest, None), slice(0, largest + 1))

    def _room(self, leading: torch.Size, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        """Where to_space puts what it transforms: (..., kx, z, y), 0 wherever there is no mode, and (..., z, y, kx).

        Kept, one for each leading shape: to have new memory from the system each time would take as long as to use it.
        """
        if leading not in self._rooms:
            points, kept = (self.resolution, self.resolution), self.largest + 1
            padded = torch.zeros((*leading, kept, *points), dtype=dtype)
            self._rooms[leading] = padded, torch.empty((*leading, *points, kept), dtype=dtype)
        return self._rooms[leading]

    def flat(self, modes: torch.Tensor) -> torch.Tensor:
        """Modes (..., kz, ky, kx) as real numbers (..., 2 modes), the same memory."""
        return torch.view_as_real(modes).flatten(-4)

    def project(self, modes: torch.Tensor) -> torch.Tensor:
        """Make a vector field (..., 3, kz, ky, kx) solenoidal, in place: take away its part along k."""
        parts = self.flat(modes)
        along = self._twice[0] * parts[..., 0, :]
        for axis in (1, 2):
            along.addcmul_(self._twice[axis], parts[..., axis, :])
        parts.addcmul_(self._directions, along.unsqueeze(-2), value=-1)
        return modes

    def with_curl(self, modes: torch.Tensor) -> torch.Tensor:
        """A vector field (..., 3, kz, ky, kx) and its curl side by side, (..., 6, kz, ky, kx)."""
        both = modes.new_empty((*modes.shape[:-4], 6, *self.shape))
        both[..., :3, :, :, :] = modes
        cross(self._twice, self.flat(modes), out=self.flat(both)[..., 3:, :])
        both[..., 3:, :, :, :].mul_(1j)
        return both

    def gradient(self, modes: torch.Tensor) -> torch.Tensor:
        """Modes of the derivatives of a field: (..., kz, ky, kx) -> (..., 3, kz, ky, kx), along x, y, z."""
        return 1j * self.vectors * modes.unsqueeze(-4)

    def made_real(self, modes: torch.Tensor) -> torch.Tensor:
        """The modes of a real field, in place: where kx is 0, both k and -k are stored, and must be conjugate.

        Rounding makes them differ. A field in space does not show by how much, so nothing else would stop a forcing
        that is linear in the modes from amplifying it.
        """
        plane = modes[..., 0]
        plane.copy_((plane + plane.flip(-2, -1).conj()).mul_(0.5))
        return modes

    def energy(self, modes: torch.Tensor) -> torch.Tensor:
        """Energy density 1/2 <|v|^2> of a vector field (..., 3, kz, ky, kx), (...)."""
        return self._sum(self.weights, modes) / 2

    def dissipation(self, modes: torch.Tensor, viscosity: float) -> torch.Tensor:
        """Energy that viscosity takes in a unit of time, 2 nu <e_ij e_ij>, (...)."""
        return viscosity * self._sum(self.weights * self.squares, modes)

    def _sum(self, weights: torch.Tensor, modes: torch.Tensor) -> torch.Tensor:
        return (weights * torch.view_as_real(modes).square().sum(dim=-1)).sum(dim=(-4, -3, -2, -1), dtype=torch.float64)

    def spectrum(self, modes: torch.Tensor) -> torch.Tensor:
        """Energy in the shells n - 1/2 <= |k| < n + 1/2, n = 0, 1, ..., (..., shells) float64; they sum to `energy`."""
        shell = (self.squares.sqrt() + 0.5).long().flatten()
        each = (self.weights * torch.view_as_real(modes).square().sum(dim=-1)).sum(dim=-4).flatten(-3).double() / 2
        return each.new_zeros((*each.shape[:-1], int(shell.max()) + 1)).index_add_(-1, shell, each)


def cross(first: torch.Tensor, second: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """Vector product of (..., 3, n) and (..., 3, n), of real numbers."""
    out = torch.empty_like(second) if out is None else out
    (ax, ay, az), (bx, by, bz) = first.unbind(dim=-2), second.unbind(dim=-2)
    x, y, z = out.unbind(dim=-2)
    torch.mul(ay, bz, out=x).addcmul_(az, by, value=-1)
    torch.mul(az, bx, out=y).addcmul_(ax, bz, value=-1)
    torch.mul(ax, by, out=z).addcmul_(ay, bx, value=-1)
    return out
