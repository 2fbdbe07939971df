"""The split of a kernel into its strict part and what breaks the symmetry: W = P(W) + (W - P(W)), orthogonally.

P is the Reynolds projection, the mean of output(g) W input(g)^-1 over the group: the nearest strict kernel.
"""

import numpy as np
import torch
from torch import nn

from equidyn.grids.kernels import source_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.orbits import invariants


class Reynolds(nn.Module):
    """P of kernels between two types of fields, by pair of fields; differentiable, without weights.

    P(W) is the mean over each orbit of the group on the entries, up to sign: two products with the matrix of the
    orbits, (orbits, entries).
    entries: of a pair, outputs.dimension * inputs.dimension * side^d.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__()
        action = outputs.action @ source_action(inputs, side)
        self.entries = action.dimension
        basis = torch.from_numpy(np.sign(invariants(action).basis())).float()  # whole numbers: exact in any precision
        self.register_buffer("orbits", basis, persistent=False)
        self.register_buffer("sizes", basis.abs().sum(1), persistent=False)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """P(W) of W (..., entries), in the same shape; in the precision of W under autocast too."""
        if torch.is_autocast_enabled(weight.device.type):
            with torch.autocast(weight.device.type, enabled=False):
                return self(weight)
        return (weight @ self.orbits.T / self.sizes) @ self.orbits

    def broken(self, weight: torch.Tensor) -> torch.Tensor:
        """W - P(W), in the shape of W."""
        return weight - self(weight)
