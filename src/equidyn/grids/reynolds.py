"""The split of a kernel into its strict part and what breaks the symmetry: W = P(W) + (W - P(W)), orthogonally.

P is the Reynolds projection, the mean of output(g) W input(g)^-1 over the group: the nearest strict kernel.
"""

import numpy as np
import torch
from torch import nn

from equidyn.grids.kernels import source_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.orbits import invariants

FEW = 4  # group elements for which one large gather takes less time than two small ones


class Reynolds(nn.Module):
    """P of kernels between two types of fields, by pair of fields; differentiable, without weights.

    entries: of a pair, outputs.dimension * inputs.dimension * side^d.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__()
        action = outputs.action @ source_action(inputs, side)
        self.entries = action.dimension
        orbits = invariants(action)
        # P(W) at an entry is the mean over the group of the entries that come to lie there. Of a larger group it is
        # taken at the first entry of each orbit, and spread over the orbit.
        names, first = np.unique(orbits.label, return_index=True)
        places = slice(None) if action.order <= FEW else first[names >= 0]
        self.register_buffer("images", torch.from_numpy(action.source[:, places]), persistent=False)
        self.register_buffer("image_sign", torch.from_numpy(action.sign[:, places]).float(), persistent=False)
        self.register_buffer("label", torch.from_numpy(orbits.label).clamp(min=0), persistent=False)
        self.register_buffer("sign", torch.from_numpy(orbits.sign).float(), persistent=False)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """P(W) of W (..., entries), in the same shape."""
        images = weight.index_select(-1, self.images.flatten()).unflatten(-1, self.images.shape)
        means = (images * self.image_sign).mean(-2)
        whole = len(self.label) == means.shape[-1]
        return means if whole else means.index_select(-1, self.label) * self.sign

    def broken(self, weight: torch.Tensor) -> torch.Tensor:
        """W - P(W), in the shape of W."""
        return weight - self(weight)
