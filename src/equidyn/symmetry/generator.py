"""Infinitesimal motions of a field on a square grid: derivatives of its turn by an angle t, and of its shift, at t = 0.

A rotation by t, counter-clockwise as in groups.py, sends a field v to R(t) v(R(-t) p), with p = (x, y) measured from
the grid's centre in cells. Its derivative at t = 0 is y dv/dx - x dv/dy, plus, for vectors, (-vy, vx).

The derivatives are central differences, and one-sided ones of the same second order at the walls. These are the
derivatives at the nodes of cubic-convolution interpolation with its own boundary condition (Keys 1981, IEEE ASSP
29:1153), so this is the derivative of a rotation by smooth interpolation; bilinear interpolation has none at t = 0,
its left and right derivatives differ. Values beyond the walls are not needed. The operator commutes with quarter turns.

A shift by t along an axis sends v to v(p - t e): its derivative is -dv/de, by the same differences.
"""

import torch

from equidyn.symmetry.fields import FieldType


def rotation_generator(field: torch.Tensor, kind: FieldType) -> torch.Tensor:
    """d/dt of the field turned counter-clockwise by t [rad], at t = 0; exact for quadratic fields, linear in the field.

    field: (..., channels, y, x) with y = x >= 3; returns the same shape, in units of the field. Raises ValueError for
    another number of channels, a grid that is not square, and field types on which only C4 acts (regular).
    """
    side = field.shape[-1]
    if field.shape[-3] != kind.channels or field.shape[-2] != side or side < 3:
        raise ValueError(f"expected (..., {kind.channels}, n, n) with n >= 3 for {kind}, got {tuple(field.shape)}")
    position = torch.arange(side, dtype=field.dtype, device=field.device) - (side - 1) / 2
    moved = position[:, None] * _slope(field, -1) - position * _slope(field, -2)
    return moved if kind.kind == "scalar" else moved + _components_turned(field, kind)


def translation_generator(field: torch.Tensor, axis: int) -> torch.Tensor:
    """d/dt of the field moved by t cells towards larger indices of an axis, -1 (x) or -2 (y), at t = 0.

    field: (..., y, x), at least 3 cells along the axis; returns the same shape, in units of the field per cell. It acts
    on fields of any type alike. Commutes with convolutions exactly where they see no wall.
    """
    return -_slope(field, axis)


def _components_turned(field: torch.Tensor, kind: FieldType) -> torch.Tensor:
    """The skew matrix on the components: for vectors it is the quarter turn itself, (vx, vy) -> (-vy, vx)."""
    if kind.kind != "vector":
        raise ValueError(f"{kind.kind} fields turn by quarter turns only, so they have no generator")
    x, y = field.unflatten(-3, (kind.multiplicity, 2)).unbind(-3)
    return torch.stack([-y, x], dim=-3).flatten(-4, -3)


def _slope(field: torch.Tensor, axis: int) -> torch.Tensor:
    """Derivative per cell along an axis, second order at every node."""
    return torch.gradient(field, dim=axis, edge_order=2)[0]
