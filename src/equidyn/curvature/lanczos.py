"""Lanczos: the ends and the density of a symmetric operator's spectrum from a few of its products with vectors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

Operator = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Ritz:
    """What a Krylov space tells of a spectrum.

    values: Ritz values, ascending; weights: of the quadrature of the spectral density that belongs to the start
    vector, sum 1; residuals: norms of H y - value y: an eigenvalue lies within this distance of each value. Nothing but
    NaN if a product was not finite. A repeated eigenvalue appears once.
    """

    values: np.ndarray
    weights: np.ndarray
    residuals: np.ndarray

    def errors(self) -> np.ndarray:
        """Bounds of the values' errors: residual^2 / gap to the next value (Kato, Temple), or the residual if less."""
        steps = np.concatenate([[np.inf], np.diff(self.values), [np.inf]])
        gaps = np.maximum(np.minimum(steps[:-1], steps[1:]), np.finfo(float).tiny)
        return np.minimum(self.residuals, self.residuals * (self.residuals / gaps))

    def converged(self, chosen: np.ndarray | list[int], tolerance: float) -> bool:
        """Whether the chosen values are known to `tolerance`, relative to each.

        The squared bound takes the values for the spectrum, in which two close eigenvalues may still look like one; so
        the residuals themselves must be below ten times the tolerance.
        """
        allowed = tolerance * np.abs(self.values[chosen])
        return bool(((self.errors()[chosen] <= allowed) & (self.residuals[chosen] <= 10 * allowed)).all())


def lanczos(
    operator: Operator, start: torch.Tensor, iterations: int, enough: Callable[[Ritz], bool] = lambda ritz: False
) -> Ritz:
    """At most `iterations` products, fewer if `enough` says so or the space is exhausted.

    Full re-orthogonalisation, twice: single precision loses orthogonality as soon as a value has converged. Vectors
    are in the precision of `start`, (n,); the small algebra is in float64.
    """
    basis = start.new_empty(min(iterations, len(start)) + 1, len(start))
    basis[0] = start / start.norm()
    diagonal, beside = [], []
    for step in range(1, len(basis)):
        product = operator(basis[step - 1])
        diagonal.append(float(product @ basis[step - 1]))
        for _ in range(2):
            product = product - basis[:step].T @ (basis[:step] @ product)
        beside.append(float(product.norm()))
        ritz = _ritz(np.array(diagonal), np.array(beside))
        scale = np.abs(ritz.values).max()
        exhausted = beside[-1] <= 100 * torch.finfo(start.dtype).eps * scale
        if exhausted or not np.isfinite(scale) or enough(ritz):
            break
        basis[step] = product / beside[-1]
    return ritz


def _ritz(diagonal: np.ndarray, beside: np.ndarray) -> Ritz:
    """Eigenvalues of the tridiagonal matrix, and what its eigenvectors' first and last entries tell."""
    if not (np.isfinite(diagonal).all() and np.isfinite(beside).all()):
        unknown = np.full(len(diagonal), np.nan)
        return Ritz(unknown, unknown, unknown)
    matrix = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    values, vectors = np.linalg.eigh(matrix)
    return Ritz(values, vectors[0] ** 2, np.abs(beside[-1] * vectors[-1]))


def density(runs: list[Ritz], at: np.ndarray, width: float) -> np.ndarray:
    """Spectral density, the mean over runs from random starts, each node a Gaussian of standard deviation `width`.

    Stochastic Lanczos quadrature: Ghorbani, Krishnan, Xiao 2019 (arXiv 1901.10159), section 2. at: (points,).
    """
    nodes, weights = _nodes(runs)
    bells = np.exp(-(((at[:, None] - nodes) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))
    return bells @ weights


def mass_below(runs: list[Ritz], bound: float) -> float:
    """Share of the spectrum below `bound`, by the same quadrature."""
    nodes, weights = _nodes(runs)
    return float(weights[nodes < bound].sum()) if np.isfinite(nodes).all() else float("nan")


def _nodes(runs: list[Ritz]) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.concatenate([run.values for run in runs]),
        np.concatenate([run.weights for run in runs]) / len(runs),
    )
