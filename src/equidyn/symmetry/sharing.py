"""Which weights of an equivariant linear map are shared: the orbits of a group on pairs (output index, input index).

Ravanbakhsh et al. 2017. For S_n on n things there are two orbits, "same" and "other" (Zaheer et al. 2017); for
S_n x S_m on the entries of a matrix four, for S_n x S_m x S_k eight (Hartford et al. 2018), since the orbits of a
product of groups are the products of their orbits. Neither needs the elements of a group to be listed.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from equidyn.symmetry.permutations import PermutationGroup


def pair_labels(group: PermutationGroup) -> np.ndarray:
    """The orbit of each pair (i, j) under (g i, g j): (n, n) int64, numbered by their first pairs, row by row.

    Two pairs lie in one orbit if a chain of generators leads from one to the other: connected components of a graph
    with n^2 nodes, one edge per pair and generator. For S_n this is 0 on the diagonal and 1 elsewhere.
    """
    n = group.degree
    pairs = np.arange(n * n)
    ends = (group.generators[:, :, None] * n + group.generators[:, None, :]).reshape(-1)
    starts = np.tile(pairs, len(group.generators))
    graph = coo_array((np.ones(len(ends), dtype=np.int8), (starts, ends)), shape=(n * n, n * n))
    found = connected_components(graph.tocsr(), directed=False)[1]
    _, first, label = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[label].reshape(n, n)


def sharing(sizes: Sequence[int]) -> np.ndarray:
    """The orbit of each pair of entries of an array n1 x n2 x ... under S_n1 x S_n2 x ...: (N, N), N = n1 n2 ...

    sizes: (n1, n2, ...), each at least 1, or ValueError; entries are numbered row by row. Bit a of a label says whether
    the two entries differ in their index on axis a: 0 is the entry itself, 2^k - 1 differs on all k axes. On an axis of
    size 1 nothing differs, so that labels with its bit do not occur. The dtype is the smallest unsigned one that holds
    every label.
    """
    if len(sizes) == 0 or min(sizes) < 1:
        raise ValueError(f"sizes must be one or more positive numbers, not {tuple(sizes)}")
    dtype = np.min_scalar_type(2 ** len(sizes) - 1)
    labels = np.zeros((1, 1), dtype=dtype)
    for axis, size in enumerate(sizes):
        differs = (1 - np.eye(size, dtype=dtype)) << dtype.type(axis)  # pair_labels(symmetric(size)), as bit `axis`
        product = labels[:, None, :, None] | differs[:, None, :]
        labels = product.reshape(len(labels) * size, -1)
    return labels


def orbit_names(axes: Sequence[str]) -> list[str]:
    """What each label of sharing() means, in order; as "same column, other row" for ("row", "column")."""
    return [_name(axes, label) for label in range(2 ** len(axes))]


def _name(axes: Sequence[str], label: int) -> str:
    same = [axis for bit, axis in enumerate(axes) if not label >> bit & 1]
    other = [axis for bit, axis in enumerate(axes) if label >> bit & 1]
    if not other:
        return "same entry"
    return ", ".join(f"{word} {_listed(some)}" for word, some in (("same", same), ("other", other)) if some)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
