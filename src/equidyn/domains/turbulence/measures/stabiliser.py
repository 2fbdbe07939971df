"""Which rotations of the cube the relaxed weights of a network have kept as its symmetries.

A relaxed layer whose weights are a[g] is equivariant under rotation h if a[h g] = a[g] for all g (Wang et al. 2023,
arXiv 2310.02299). That is a property of the network. Which single rotation has the largest weight is not: turn the
filters of a layer by k, and number its outputs g k instead of g, and the answers are the same, with a[g k] for a[g].
"""

import numpy as np

from equidyn.symmetry.groups import CUBE

TIED = 1e-6  # spread of the weights below which they count as all alike


def stabiliser(weights: np.ndarray) -> dict[str, list[float] | float]:
    """What of the group weights (24,) keep, in the order of symmetry.groups.CUBE; nothing if they are all alike.

    change: how much they change under each rotation; change_ratio: its mean over the rotations that keep the x axis
    (but the identity) over that of the others, below 1 if the weights have found that axis.
    """
    found = change(weights)
    if found is None:
        return {}
    about = keep_axis()
    kept, others = found[1:][about[1:]], found[~about]
    return {"change": found.tolist(), "change_ratio": float(kept.mean() / others.mean())}


def change(weights: np.ndarray) -> np.ndarray | None:
    """Root mean square over g of a[h g] - a[g], over that which weights without any order have on average, (24,): 0 for
    a rotation h that is kept, about 1 for one of which the weights know nothing. None if they are all alike."""
    variance = weights.var() * CUBE.order / (CUBE.order - 1)  # pairs of different weights differ by twice this square
    if not variance > (TIED * np.abs(weights).max()) ** 2:
        return None
    return np.sqrt(np.square(weights[CUBE.products] - weights).mean(1) / (2 * variance))


def keep_axis() -> np.ndarray:
    """(24,) bool: the 8 rotations that send the x axis to itself, forwards or backwards: what forcing along it keeps of
    the symmetry."""
    return CUBE.matrices[:, 0, 0] != 0
