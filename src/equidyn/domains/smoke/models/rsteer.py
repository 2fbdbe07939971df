"""rsteer: relaxed steerable convolution. Each kernel position weighs the steerable kernels by its own numbers.

[W22] Wang, Walters, Yu 2022 (arXiv 2201.11969): K(p) = sum_b w_b(p) kappa_b(p) at kernel position p. With
w constant over the positions it is the strict steerable convolution (e2cnn); it starts so here (tied), and may leave
it in training. Only the centre stays constrained: elsewhere the kappa_b(p) span all matrices (on 3 x 3, just once).
"""

import numpy as np
import torch
from torch import nn

from equidyn.core.params.types import NonNegativeFloat, Norm, OddInt, PositiveInt
from equidyn.domains.smoke.models.e2cnn import expanded_kernel, initial_weight
from equidyn.domains.smoke.models.stack import ConvStack, Filter, FilterLayer, conv_stack
from equidyn.grids.bias import expanded_bias, invariant_bias
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.harmonics import ring_harmonics


class RelaxedSteerableConv(FilterLayer):
    """A weight for each steerable kernel and each position at which that kernel does not vanish; tied at the start.

    weight: (outputs.multiplicity, inputs.multiplicity, count), kernel by kernel; 3 x 3: count is 132 regular ->
    regular, 66 vector -> regular or back. [W22]'s code also keeps weights where a kernel vanishes (216 and 108): they
    multiply 0, and flatten every measure of the loss landscape. The bias is constrained as in e2cnn.
    """

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        harmonics = ring_harmonics(outputs.action, inputs.action, kernel)
        live = harmonics.any(axis=(1, 2))
        self.places = live.sum(axis=(1, 2)).tolist()
        tied = initial_weight(inputs, outputs, len(harmonics))
        self.weight = nn.Parameter(tied.repeat_interleave(torch.tensor(self.places), dim=-1))
        self.bias = invariant_bias(outputs, inputs.channels * kernel**2)
        self.register_buffer("basis", torch.from_numpy(by_position(harmonics, live)).float(), persistent=False)
        self.register_buffer("neighbours", torch.from_numpy(neighbours(live)), persistent=False)

    def filter(self) -> Filter:
        """The weighted sum of the steerable kernels, position by position."""
        return expanded_kernel(self.weight, self.basis), expanded_bias(self.bias, self.outputs)

    def relaxed_weights(self) -> list[torch.Tensor]:
        """For each steerable kernel, its weights at all its positions: (outputs, inputs, positions)."""
        return list(self.weight.split(self.places, dim=-1))

    def penalty(self) -> torch.Tensor:
        """C: the mean of |w(p) - w(q)| over neighbours p, q; 0 when, and only when, the weights are tied."""
        first, second = self.neighbours
        differences = (self.weight[..., first] - self.weight[..., second]).abs()
        return differences.sum() / max(differences.numel(), 1)  # 1 x 1 kernels have no neighbours


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


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
    alpha: NonNegativeFloat = 1e-5,
) -> ConvStack:
    """`hidden` regular fields (four channels each), regulariser `alpha` x C."""
    fields = [inputs, *[FieldType(C4, "regular", hidden)] * (layers - 1), outputs]
    return conv_stack(fields, RelaxedSteerableConv, kernel=kernel, norm=norm, alpha=alpha)
