"""Which rotations of the cube the relaxed weights of a network have kept as its symmetries.

A relaxed layer whose weights are a[g] is equivariant under rotation h if a[h g] = a[g] for all g (Wang et al. 2023,
arXiv 2310.02299). That is a property of the network. Which single rotation has the largest weight is not: turn the
filters of a layer by k, and number its outputs g k instead of g, and the answers are the same, with a[g k] for a[g].
"""

import numpy as np
import pandas as pd

from equidyn.report.gather import StudyResults
from equidyn.symmetry.groups import CUBE

MEASURE = "cube_relaxation"
TIED = 1e-6  # spread of the weights below which they count as all alike
_RUN = ["dataset", "variant", "seed", "status"]


def changes(results: StudyResults) -> pd.DataFrame:
    """dataset, variant, seed, status, index, value: how much the weights of a run change under each rotation, with the
    index 1 to 24 in the order of symmetry.groups.CUBE. Runs whose weights are all alike have no rows.

    value: root mean square over g of a[h g] - a[g], over that which weights without any order have on average: 0 for a
    rotation that is kept, and about 1 for one of which the weights know nothing.
    """
    weights = results.quantity(MEASURE, "weights").sort_values("index", kind="stable")
    parts = []
    for key, run in weights.groupby(_RUN, sort=False):
        found = change(run["value"].to_numpy())
        if found is not None:
            parts.append(
                pd.DataFrame(dict(zip(_RUN, key, strict=True)) | {"index": range(1, CUBE.order + 1), "value": found})
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*_RUN, "index", "value"])


def change(weights: np.ndarray) -> np.ndarray | None:
    """Of one run, (24,) -> (24,); None if they are all alike."""
    variance = weights.var() * CUBE.order / (CUBE.order - 1)  # pairs of different weights differ by twice this square
    if not variance > (TIED * np.abs(weights).max()) ** 2:
        return None
    return np.sqrt(np.square(weights[CUBE.products] - weights).mean(1) / (2 * variance))


def keep_axis() -> np.ndarray:
    """(24,) bool: the 8 rotations that send the x axis to itself, forwards or backwards: what anisotropic forcing keeps
    of the symmetry."""
    return CUBE.matrices[:, 0, 0] != 0


def ratio(results: StudyResults) -> pd.DataFrame:
    """dataset, variant, seed, status, value: the mean change under rotations that keep the x axis (but the identity)
    over that under the others; below 1 if the weights have found that axis."""
    found = changes(results)
    about = found["index"].map(dict(enumerate(keep_axis(), start=1)))
    parts = {
        side: rows.groupby(_RUN, sort=False)["value"].mean()
        for side, rows in (("kept", found[about.eq(True) & (found["index"] > 1)]), ("others", found[about.eq(False)]))
    }
    return (parts["kept"] / parts["others"]).rename("value").reset_index()
