"""Equivariant linear maps: constant, up to sign, on the orbits of the group on pairs (output index, input index).

Zaheer et al. 2017, Ravanbakhsh et al. 2017 (parameter sharing). An orbit whose stabiliser carries a minus sign
vanishes. The basis is exact, orthonormal after scaling, sparse, and costs O(|G| n): no Kronecker product, no SVD.
"""

from dataclasses import dataclass

import numpy as np

from equidyn.symmetry.actions import Action


@dataclass(frozen=True)
class Orbits:
    """Orbits of an action on R^n.

    label: (n,) int64, the orbit of each index; -1 where the orbit vanishes.
    sign: (n,) int64, +1 or -1 relative to the orbit's first index; 0 where it vanishes.
    count: number of orbits that do not vanish = dimension of the invariant subspace.
    """

    label: np.ndarray
    sign: np.ndarray
    count: int

    def basis(self) -> np.ndarray:
        """Orthonormal basis of the invariant subspace, (count, n) float64."""
        basis = np.zeros((self.count, len(self.label)))
        kept = np.flatnonzero(self.sign)
        basis[self.label[kept], kept] = self.sign[kept]
        return basis / np.linalg.norm(basis, axis=1, keepdims=True)


def invariants(action: Action) -> Orbits:
    """The invariant subspace {x : g x = x for all g}."""
    first = action.source.min(axis=0)  # the orbit of an index is the set of its images; its smallest names it
    sign = np.zeros(action.dimension, dtype=np.int64)
    hits = action.source == first
    total = (action.sign * hits).sum(axis=0)
    kept = np.abs(total) == hits.sum(axis=0)  # else two elements reach the first index with opposite signs
    sign[kept] = np.sign(total[kept])
    label = np.full(action.dimension, -1, dtype=np.int64)
    names, label[kept] = np.unique(first[kept], return_inverse=True)
    return Orbits(label, sign, len(names))


def intertwiners(output: Action, inputs: Action) -> Orbits:
    """Linear maps W with output(g) W = W input(g): orbits on the flattened (output, input) matrix."""
    return invariants(output @ inputs)


def reynolds(weight: np.ndarray, output: Action, inputs: Action) -> np.ndarray:
    """Mean over the group of output(g) W input(g)^-1, the orthogonal projection onto the intertwiners; one gather."""
    pairs = output @ inputs
    flat = weight.reshape(*weight.shape[:-2], -1)
    return (flat[..., pairs.source] * pairs.sign).mean(axis=-2).reshape(weight.shape)
