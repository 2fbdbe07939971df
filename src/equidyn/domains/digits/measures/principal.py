"""What no linear auto-encoder can be better than: principal components, freely or as symmetry allows.

The best affine map of rank k for the mean square is the projection onto the first k principal components about the
mean (Eckart, Young 1936; Baldi, Hornik 1989 for auto-encoders). If the map must commute with C4, Schur's lemma splits
it into one free map per isotypic component (symmetry/isotypic.py), whose rank is at most the multiplicity of that
component in the latent space; so each is a projection onto principal components of its own. Only the trivial component
has a mean to subtract: a constant that C4 leaves alone has no others. The complex pair is one Hermitian matrix of
moments, and each of its eigenvectors stands for two real directions.

Everything is float64 and made of first and second moments, so no test image is looked at twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from equidyn.symmetry.actions import Action
from equidyn.symmetry.isotypic import component, multiplicities

CHUNK = 10_000  # samples turned into float64 at a time


@dataclass(frozen=True)
class Moments:
    """Of samples x of n numbers, all float64. mean: E x, (n,); second: E x x^T, (n, n)."""

    mean: np.ndarray
    second: np.ndarray

    def about(self, centre: np.ndarray) -> np.ndarray:
        """E (x - c) (x - c)^T, (n, n)."""
        cross = np.outer(self.mean, centre)
        return self.second - cross - cross.T + np.outer(centre, centre)

    def moved(self, action: Action, element: int) -> "Moments":
        """Of the samples moved by an element of a group."""
        source, sign = action.source[element], action.sign[element]
        return Moments(sign * self.mean[source], np.outer(sign, sign) * self.second[np.ix_(source, source)])


@dataclass(frozen=True)
class Projection:
    """The affine map c + P (x - c), P the projection onto the span of orthonormal rows. centre: (n,); rows: (k, n)."""

    centre: np.ndarray
    rows: np.ndarray

    def error(self, moments: Moments) -> float:
        """Mean square over samples and numbers of what the map changes."""
        about = moments.about(self.centre)
        return float(np.trace(about) - np.sum((self.rows @ about) * self.rows)) / len(self.centre)


def moments(samples: torch.Tensor) -> Moments:
    """Moments of samples (sample, ...) of any floating point, each as one row of numbers."""
    flat = samples.flatten(1)
    mean = torch.zeros(flat.shape[1], dtype=torch.float64, device=flat.device)
    second = torch.zeros(2 * mean.shape, dtype=torch.float64, device=flat.device)
    for part in map(torch.Tensor.double, flat.split(CHUNK)):
        mean += part.sum(0)
        second.addmm_(part.T, part)
    return Moments((mean / len(flat)).cpu().numpy(), (second / len(flat)).cpu().numpy())


def principal(of: Moments, count: int) -> Projection:
    """The first `count` principal components (all, if there are fewer): the best affine map of that rank."""
    return Projection(of.mean, _first(of.about(of.mean), count))


def symmetric(of: Moments, action: Action, latent: Action) -> Projection:
    """The best affine map that commutes with C4 and goes through numbers on which C4 acts as `latent`.

    action: of C4 on the samples, which need not be symmetric themselves: on them turned as well, the map is as good.
    """
    centre = np.mean([of.moved(action, element).mean for element in range(action.order)], axis=0)
    return Projection(centre, np.concatenate(list(_by_component(of.about(centre), action, multiplicities(latent)))))


def _by_component(about: np.ndarray, action: Action, counts: Sequence[int]) -> Iterator[np.ndarray]:
    """Real orthonormal rows in each component of the samples: trivial, sign, and the complex pair."""
    for kind in (0, 2):
        basis = component(action, kind).real
        yield _first(basis @ about @ basis.T, counts[kind]) @ basis
    basis = component(action, 1)
    vectors = _first(basis.conj() @ about @ basis.T, counts[1]) @ basis
    yield np.sqrt(2) * np.concatenate([vectors.real, vectors.imag])


def _first(matrix: np.ndarray, count: int) -> np.ndarray:
    """The `count` eigenvectors of largest eigenvalue of a Hermitian matrix (n, n), as rows (count, n)."""
    return np.linalg.eigh(matrix)[1][:, ::-1][:, :count].T
