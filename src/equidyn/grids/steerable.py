"""Steerable kernels of the plane, strict and relaxed: circular harmonics, limited in frequency (symmetry/harmonics.py).

Weiler, Cesa 2019 (arXiv 1911.08251). Against strict kernels of the whole equivariant space two thirds of that space are
left (3 x 3, C4): what varies fast along a ring is not there.
"""

import numpy as np
import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.grids.kernels import Kernel
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.harmonics import ring_harmonics


class SteerableKernel(Kernel):
    """K = sum_b w_b kappa_b for each pair of fields, over the ring harmonics kappa_b.

    weight: (outputs.multiplicity, inputs.multiplicity, count); 3 x 3 under C4: count is 24 regular -> regular, 12
    vector -> regular or back, 8 vector -> vector.
    """

    expands_once = True  # as e2cnn does
    strict = True

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__(inputs, outputs, side)
        basis = torch.from_numpy(ring_harmonics(outputs, inputs, side)).float()
        self.register_buffer("basis", basis, persistent=False)
        self.weight = nn.Parameter(initial_weight(inputs, outputs, len(basis)))

    def forward(self) -> torch.Tensor:
        """The weighted sum of the basis."""
        return expanded_kernel(self.weight, self.basis)


class RelaxedSteerableKernel(Kernel):
    """[W22], Wang, Walters, Yu 2022 (arXiv 2201.11969): K(p) = sum_b w_b(p) kappa_b(p) at kernel position p.

    With w constant over the positions it is strict; it starts so here (tied), and may leave it in training. Only the
    centre stays constrained: elsewhere the kappa_b(p) span all matrices (on 3 x 3 under C4, just once).
    weight: (outputs.multiplicity, inputs.multiplicity, count), kernel by kernel, for each position at which that kernel
    does not vanish; 3 x 3 under C4: count is 132 regular -> regular, 66 vector -> regular or back. [W22]'s code also
    keeps weights where a kernel vanishes (216 and 108): they multiply 0, and flatten every measure of the loss
    landscape.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__(inputs, outputs, side)
        harmonics = ring_harmonics(outputs, inputs, side)
        live = harmonics.any(axis=(1, 2))
        self.places = live.sum(axis=(1, 2)).tolist()
        tied = initial_weight(inputs, outputs, len(harmonics))
        self.weight = nn.Parameter(tied.repeat_interleave(torch.tensor(self.places), dim=-1))
        self.register_buffer("basis", torch.from_numpy(by_position(harmonics, live)).float(), persistent=False)
        self.register_buffer("neighbours", torch.from_numpy(neighbours(live)), persistent=False)

    def forward(self) -> torch.Tensor:
        """The weighted sum of the steerable kernels, position by position."""
        return expanded_kernel(self.weight, self.basis)

    def relaxed_weights(self) -> list[torch.Tensor]:
        """For each steerable kernel, its weights at all its positions: (outputs, inputs, positions)."""
        return list(self.weight.split(self.places, dim=-1))

    def penalty(self) -> torch.Tensor:
        """C: the mean of |w(p) - w(q)| over neighbours p, q; 0 when, and only when, the weights are tied."""
        first, second = self.neighbours
        differences = (self.weight[..., first] - self.weight[..., second]).abs()
        return differences.sum() / max(differences.numel(), 1)  # 1 x 1 kernels have no neighbours


def initial_weight(inputs: FieldType, outputs: FieldType, count: int) -> torch.Tensor:
    """Weights of `count` orthonormal kernels; the expanded kernel has the mean square of a plain one, 1 / (3 fan-in).

    A row of the expanded kernel shares in count / outputs.dimension weights per field of the input.
    """
    shape = (outputs.multiplicity, inputs.multiplicity, count)
    return uniform_fan_in(shape, inputs.multiplicity * count / outputs.dimension)


def expanded_kernel(weight: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """sum_b weight[o, i, b] basis[b, d, e, y, x], as a kernel of shape (o * d, i * e, y, x)."""
    return torch.einsum("oib,bdeyx->odieyx", weight, basis).flatten(2, 3).flatten(0, 1)


def by_position(harmonics: np.ndarray, live: np.ndarray) -> np.ndarray:
    """Each kernel (count, out_dim, in_dim, k, k) at one of its live positions (count, k, k) alone, for all of them."""
    which, position = np.nonzero(live.reshape(len(live), -1))
    alone = np.eye(live[0].size)[position].reshape(-1, 1, 1, *live.shape[1:])
    return harmonics[which] * alone


def neighbours(live: np.ndarray) -> np.ndarray:
    """Pairs of weights of one kernel at neighbouring positions, as indices: (2, pairs) int64. live: (count, k, k).

    Neighbours are no further apart than it takes to connect all positions of that kernel: 1 pixel on a whole ring, but
    sqrt(2) for a kernel that lives on its four sides only, and 2 on its corners. So neighbours agree only if all are
    equal. [W22]'s code takes the next position in the flattened kernel instead, across the ends of rows.
    """
    number = np.cumsum(live).reshape(live.shape) - 1
    return np.concatenate([number[kernel][here][_connected(here)] for kernel, here in enumerate(live)], axis=1)


def _connected(here: np.ndarray) -> np.ndarray:
    """Pairs of the pixels that are here, (2, pairs), within the smallest distance that connects them all."""
    points = np.argwhere(here)
    squared = np.square(points[:, None] - points[None]).sum(-1)
    graphs = (squared <= distance for distance in np.unique(squared))
    return np.stack(np.nonzero(np.triu(next(graph for graph in graphs if _is_connected(graph)), 1)))


def _is_connected(graph: np.ndarray) -> bool:
    """Whether every point reaches every other. graph: (n, n) bool, true on the diagonal."""
    reached = graph
    for _ in range(len(graph).bit_length()):  # each product doubles the length of the paths
        reached = reached @ reached
    return bool(reached.all())
