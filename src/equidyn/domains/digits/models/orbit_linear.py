"""Affine maps that commute with a group of permutations: dense, and constant on the orbits of pairs (output, input).

Finzi et al. 2021 (arXiv 2104.09459) find a basis of the equivariant maps for any group and any linear action, by an
SVD. For permutations the orbits of pairs are that basis (Ravanbakhsh et al. 2017, arXiv 1702.08389), at the cost of
looking at each pair once.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.symmetry.actions import Action
from equidyn.symmetry.orbits import intertwiners, invariants


class OrbitLinear(nn.Module):
    """Maps x -> W x + b with W inputs(g) = outputs(g) W and outputs(g) b = b for all g; the actions have no signs.

    ends: (inputs, outputs) of each map. coefficients: of all maps, W before b, in the orthonormal basis: an orbit's
    indicator / sqrt(its size). They are one vector, and one gather makes all maps of a net from it, because at the
    sizes of small images each call of torch takes longer than its arithmetic.
    init: how the coefficients are drawn.
    - "published": as the project description has it: coefficients of W uniform in +-1/sqrt(outputs), those of b 0. An
      entry is half a coefficient in an orbit of four, so of a layer that widens its signals start small.
    - "scaled": each orbit takes one of the numbers of a dense layer as torch would draw it, U(+-1/sqrt(inputs)), for W
      and b, so that all entries have the dense layer's variance, and signals keep theirs.
    constant: so many maps, the first ones, have one bias for all outputs, as the layers of the description have.
    Adam's steps are as long in these coordinates as in a dense layer's; an entry in an orbit of four moves by half.
    """

    def __init__(self, ends: Sequence[tuple[Action, Action]], init: str, constant: int = 0) -> None:
        super().__init__()
        self.shapes = [(outputs.dimension, inputs.dimension) for inputs, outputs in ends]
        labels, norms, drawn = zip(*[_tied(*pair, init, i < constant) for i, pair in enumerate(ends)], strict=True)
        starts = np.cumsum([0, *map(len, norms)])
        label = torch.cat([label + int(start) for label, start in zip(labels, starts[:-1], strict=True)])
        self.register_buffer("label", label, persistent=False)
        self.register_buffer("scale", torch.cat(norms).reciprocal(), persistent=False)
        self.coefficients = nn.Parameter(torch.cat(drawn))

    def maps(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """W (outputs, inputs) and b (outputs,) of each map.

        The gather's backward pass adds up in a fixed order on the CPU, and can be differentiated again.
        """
        entries = (self.coefficients * self.scale).index_select(0, self.label)
        parts = entries.split([size for outputs, inputs in self.shapes for size in (outputs * inputs, outputs)])
        return [(parts[2 * i].view(shape), parts[2 * i + 1]) for i, shape in enumerate(self.shapes)]


def _tied(
    inputs: Action, outputs: Action, init: str, constant: bool
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Orbit of each entry of (W, b); norm of each orbit's indicator, 1 for one bias; coefficients as they are drawn."""
    weight, bias = intertwiners(outputs, inputs), invariants(outputs)
    label = torch.from_numpy(np.concatenate([weight.label, (0 if constant else 1) * bias.label + weight.count]))
    norm = torch.bincount(label).sqrt().float()
    if constant:
        norm[weight.count :] = 1
    if init == "published":
        drawn = uniform_fan_in((weight.count,), outputs.dimension)
        return label, norm, torch.cat([drawn, torch.zeros(len(norm) - weight.count)])
    return label, norm, uniform_fan_in(tuple(label.shape), inputs.dimension)[: len(norm)] * norm
