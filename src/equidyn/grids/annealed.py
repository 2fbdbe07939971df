"""What breaks a strict kernel's symmetry while it is trained: a free linear term, faded out and left out afterwards."""

import numpy as np
import torch
from torch import nn

from equidyn.grids.kernels import from_pairs, source_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.orbits import invariants

FEW = 4  # group elements for which one large gather takes less time than two small ones


class FreePart(nn.Module):
    """share (W - P(W)), P the Reynolds projection: only what breaks the symmetry, so that it never competes with the
    strict kernel to which it is added.

    weight: W, (outputs.multiplicity, inputs.multiplicity, entries of a pair), 0 at the start; share: 0 in a fresh net
    and in every checkpoint, so that both are exactly equivariant.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__()
        self.inputs, self.outputs, self.side = inputs, outputs, side
        action = outputs.action @ source_action(inputs, side)
        self.weight = nn.Parameter(torch.zeros(outputs.multiplicity, inputs.multiplicity, action.dimension))
        self.register_buffer("share", torch.zeros(()))
        orbits = invariants(action)
        # P(W) at an entry is the mean over the group of the entries that come to lie there. Of a larger group it is
        # taken at the first entry of each orbit, and spread over the orbit.
        names, first = np.unique(orbits.label, return_index=True)
        places = slice(None) if action.order <= FEW else first[names >= 0]
        self.register_buffer("images", torch.from_numpy(action.source[:, places]), persistent=False)
        self.register_buffer("image_sign", torch.from_numpy(action.sign[:, places]).float(), persistent=False)
        self.register_buffer("label", torch.from_numpy(orbits.label).clamp(min=0), persistent=False)
        self.register_buffer("sign", torch.from_numpy(orbits.sign).float(), persistent=False)

    def projected(self) -> torch.Tensor:
        """P(W), in the shape of W."""
        images = self.weight.index_select(-1, self.images.flatten()).unflatten(-1, self.images.shape)
        means = (images * self.image_sign).mean(-2)
        whole = len(self.label) == means.shape[-1]
        return means if whole else means.index_select(-1, self.label) * self.sign

    def forward(self) -> torch.Tensor:
        """As a kernel, (outputs.channels, inputs.channels, side, side), with one axis more in three dimensions."""
        entries = self.share * (self.weight - self.projected())
        return from_pairs(entries, self.inputs, self.outputs, self.side)
