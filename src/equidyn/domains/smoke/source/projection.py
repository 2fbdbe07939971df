"""Exact pressure projection in a closed box.

On a staggered grid with walls the discrete Laplacian of the pressure (Neumann condition) is diagonal in cosines, so
the Poisson equation is solved to round-off by two cosine transforms. On grids of this size the transforms are fastest
as products with a dense matrix: they are batched, and traced by torch like any other product.
"""

import numpy as np

from equidyn.domains.smoke.source.phiflow import (
    CenteredGrid,
    Field,
    Tensor,
    divergence,
    dual,
    extrapolation,
    math,
    spatial,
    spatial_gradient,
)


def cosine_basis(cells: int) -> np.ndarray:
    """Orthonormal DCT-II matrix, (wave number, cell) float64."""
    wave, cell = np.indices((cells, cells))
    basis = np.sqrt(2 / cells) * np.cos(np.pi * wave * (cell + 0.5) / cells)
    basis[0] = np.sqrt(1 / cells)
    return basis


def laplacian_eigenvalues(cells: int, spacing: float) -> np.ndarray:
    """Of the second difference with zero gradient at both walls, by wave number, (cells,) [1 / length^2]."""
    return (2 * np.cos(np.pi * np.arange(cells) / cells) - 2) / spacing**2


def project(velocity: Field) -> tuple[Field, Field]:
    """Remove the gradient part of a staggered 2-D velocity with zero flow through the walls.

    Returns the divergence-free velocity and the pressure (of zero mean) whose gradient was removed. Any leading batch
    dimensions are kept. max |div| afterwards is round-off: about 1e-14 in float64.
    """
    source = divergence(velocity)
    spacing = {axis: float(source.dx.vector[axis]) for axis in ("x", "y")}
    pressure = CenteredGrid(_solve(source.values, spacing), extrapolation.BOUNDARY, velocity.bounds)
    gradient = spatial_gradient(pressure, velocity.extrapolation, at="face")
    return (velocity - gradient).with_extrapolation(velocity.extrapolation), pressure


def _solve(source: Tensor, spacing: dict[str, float]) -> Tensor:
    """The zero-mean p with Laplacian p = source - mean(source)."""
    cells = {axis: source.shape.get_size(axis) for axis in ("x", "y")}
    forward = {axis: cosine_basis(cells[axis]) for axis in cells}
    waves = source
    for axis, basis in forward.items():
        waves = math.dot(math.wrap(basis, spatial(f"wave_{axis}"), dual(axis)), f"~{axis}", waves, axis)
    waves = waves * math.wrap(_inverse(cells, spacing), spatial("wave_x,wave_y"))
    for axis, basis in reversed(forward.items()):
        back = math.wrap(basis.T, spatial(axis), dual(f"wave_{axis}"))
        waves = math.dot(back, f"~wave_{axis}", waves, f"wave_{axis}")
    return waves


def _inverse(cells: dict[str, int], spacing: dict[str, float]) -> np.ndarray:
    """1 / eigenvalue by (wave_x, wave_y); 0 for the constant, which no gradient sees."""
    along_x, along_y = (laplacian_eigenvalues(cells[axis], spacing[axis]) for axis in ("x", "y"))
    total = along_x[:, None] + along_y
    total[0, 0] = np.inf
    return 1 / total
