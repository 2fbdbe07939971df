"""Isotypic components of an action of C4: the parts of a space in which a quarter turn is a multiplication by a number.

A quarter turn R with R^4 = 1 has eigenvalues 1, -1, i and -i, the irreducible representations of C4 over the complex
numbers: trivial, sign, and a pair that is one two-dimensional rotation over the reals. By Schur's lemma an equivariant
linear map takes each component into the component of the same kind, by any matrix between their coordinates.
Serre 1977, Linear Representations of Finite Groups, sections 2.6 and 2.7.
"""

import numpy as np

from equidyn.symmetry.actions import Action

KINDS = (0, 1, 2, 3)  # powers of i: a quarter turn multiplies the component k by i^k


def component(action: Action, kind: int) -> np.ndarray:
    """Orthonormal basis of {x in C^n: a quarter turn takes x to i^kind x}, the rows of (multiplicity, n) complex128.

    action: of C4, its elements in the order of the turns, as in symmetry/groups.py. Each row lives on one orbit. The
    coordinates of x are `basis.conj() @ x`; those of a real x of kind 3 are the conjugates of those of kind 1. Raises
    ValueError for another group.
    """
    if action.order != 4:
        raise ValueError(f"expected an action of C4, got one of {action.order} elements")
    weights = (1j**kind) ** -np.arange(4) / 4  # the projection is the mean of i^-(k g) g over the group
    firsts = np.unique(action.source.min(axis=0))
    rows = np.zeros((len(firsts), action.dimension), dtype=np.complex128)
    for weight, source, sign in zip(weights, action.source, action.sign, strict=True):
        rows += weight * sign * (source == firsts[:, None])  # g e_j has sign[i] at the i with source[i] = j
    lengths = np.linalg.norm(rows, axis=1)
    kept = lengths > 1e-6  # exactly 0 but for round-off, or at least 1/2
    return rows[kept] / lengths[kept, None]


def multiplicities(action: Action) -> list[int]:
    """Dimension of each component, by kind."""
    return [len(component(action, kind)) for kind in KINDS]
