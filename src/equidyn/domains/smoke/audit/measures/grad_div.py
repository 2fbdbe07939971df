"""A known answer for Lie derivatives: the map u -> grad div u commutes with every rotation, so its derivative is 0.

On a grid it does so up to the square of the cell, if vector components turn with the pixels. A definition that turns
the pixels alone sees a broken symmetry at every resolution.
"""

import torch

from equidyn.domains.smoke.audit.measures.pixels import pixel_lie_derivative
from equidyn.domains.smoke.measures.lie import lie_derivative
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4

SIDES = (16, 32, 64, 128)
# Centre (x, y) in sides of the box from its middle, width, and height in (vx, vy) of each bump of the field.
_BUMPS = ((0.10, 0.05, 0.09, 1.0, 0.0), (-0.06, 0.08, 0.08, -0.5, 0.0), (-0.05, -0.10, 0.09, 0.0, 0.7))


def known_answer(sides: tuple[int, ...] = SIDES) -> dict[str, list[float]]:
    """Root mean square of the derivative over that of grad div u, for a smooth field without symmetry, in float64.

    side: cells per side; proper: by measures/lie.py; pixels_only: as published.
    """
    known: dict[str, list[float]] = {"side": list(sides), "proper": [], "pixels_only": []}
    for side in sides:
        field, kind = _bumps(side), FieldType(C4, "vector", 1)
        answer, derivative = lie_derivative(grad_div, field, kind, kind)
        known["proper"].append((_norm(derivative) / _norm(answer)).item())
        known["pixels_only"].append((_norm(pixel_lie_derivative(grad_div, field)) / _norm(answer)).item())
    return known


def grad_div(field: torch.Tensor) -> torch.Tensor:
    """Gradient of the divergence by central differences, in a box of side 1; (batch, 2, n, n) to the same."""

    def slope(values: torch.Tensor, axis: int) -> torch.Tensor:
        return field.shape[-1] * torch.gradient(values, dim=axis, edge_order=2)[0]

    divergence = slope(field[:, 0], -1) + slope(field[:, 1], -2)
    return torch.stack([slope(divergence, -1), slope(divergence, -2)], dim=1)


def _bumps(side: int) -> torch.Tensor:
    """The same smooth field on a grid of any side, all but 0 at the walls, (1, 2, side, side)."""
    position = (torch.arange(side, dtype=torch.float64) + 0.5) / side - 0.5
    y, x = torch.meshgrid(position, position, indexing="ij")
    field = torch.zeros(1, 2, side, side, dtype=torch.float64)
    for right, up, width, *height in _BUMPS:
        bump = (-((x - right) ** 2 + (y - up) ** 2) / (2 * width**2)).exp()
        field[0] += torch.tensor(height, dtype=torch.float64)[:, None, None] * bump
    return field


def _norm(values: torch.Tensor) -> torch.Tensor:
    return values.square().mean().sqrt()
