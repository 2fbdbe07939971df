"""Kernels from one type of fields to another as functions of their weights: free ones, and strictly equivariant ones.

A kernel commutes with a group if it is constant, up to sign, on the orbits of the group on its entries. That holds in
any dimension, and for kernels of one point, which are matrices.
"""

import torch
from torch import nn

from equidyn.core.models.initial import uniform_fan_in
from equidyn.symmetry.actions import Action, grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.orbits import intertwiners


class Kernel(nn.Module):
    """A kernel with `side` entries along each axis; relaxed kernels say how far their symmetry is broken.

    fan: fan-in of its start (None: of the whole kernel).
    """

    expands_once: bool = False  # whether the package behind it keeps its filter in eval mode (audit)
    strict: bool = False  # whether it commutes with the group of its fields, whatever its weights

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int, fan: float | None = None) -> None:
        super().__init__()
        self.inputs, self.outputs, self.side = inputs, outputs, side
        self.fan = fan or fan_in(inputs, side)

    def forward(self) -> torch.Tensor:
        """(outputs.channels, inputs.channels, side, side), with one axis more in three dimensions."""
        raise TypeError(f"{type(self).__name__} must define forward()")

    def penalty(self) -> torch.Tensor | float:
        """Regulariser of the symmetry breaking; 0 for kernels without one."""
        return 0.0

    def relaxed_weights(self) -> list[torch.Tensor]:
        """What a strict kernel ties over the group, or over positions, its last axis; empty if nothing is relaxed."""
        return []


class FreeKernel(Kernel):
    """Any kernel: its entries are the weights."""

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int) -> None:
        super().__init__(inputs, outputs, side)
        shape = (outputs.channels, inputs.channels, *[side] * inputs.group.dimension)
        self.weight = nn.Parameter(uniform_fan_in(shape, self.fan))

    def forward(self) -> torch.Tensor:
        """The weights themselves."""
        return self.weight


class OrbitKernel(Kernel):
    """A strict kernel: one weight per orbit of the group and pair of fields.

    Per pair, 3 x 3 under C4: 36 regular -> regular, 18 vector -> regular or back, 10 vector -> vector; 3 x 3 x 3 under
    the rotations of the cube: 81 vector -> regular or back, 27 scalar -> regular or back.
    weight: (outputs.multiplicity, inputs.multiplicity, orbits).
    """

    strict = True

    def __init__(self, inputs: FieldType, outputs: FieldType, side: int, fan: float | None = None) -> None:
        super().__init__(inputs, outputs, side, fan)
        orbits = intertwiners(outputs.action, source_action(inputs, side))
        shape = (outputs.multiplicity, inputs.multiplicity, orbits.count)
        self.weight = nn.Parameter(uniform_fan_in(shape, self.fan))
        # A vanishing entry has sign 0; its label is set to 0 so that it can be gathered like the others.
        self.register_buffer("label", torch.from_numpy(orbits.label).clamp(min=0), persistent=False)
        self.register_buffer("sign", torch.from_numpy(orbits.sign).float(), persistent=False)

    def forward(self) -> torch.Tensor:
        """Expand the orbits: one gather and one product."""
        entries = self.weight.index_select(-1, self.label) * self.sign
        return from_pairs(entries, self.inputs, self.outputs, self.side)


def nearest_kernel(whole: torch.Tensor, kernel: Kernel) -> OrbitKernel:
    """The strict kernel that is nearest to `whole`, a kernel between the same fields as `kernel`: P(whole).

    A strict kernel is one number on each orbit, up to sign, and the nearest number is the mean.
    """
    with torch.random.fork_rng(devices=[]):
        nearest = OrbitKernel(kernel.inputs, kernel.outputs, kernel.side).to(whole)
    pairs = by_pairs(whole, kernel.inputs, kernel.outputs).flatten(2)
    sizes = torch.zeros_like(nearest.weight[0, 0]).index_add(0, nearest.label, nearest.sign.abs())
    sums = torch.zeros_like(nearest.weight).index_add(-1, nearest.label, pairs * nearest.sign)
    nearest.weight.data = sums / sizes
    return nearest


def fan_in(inputs: FieldType, side: int) -> int:
    """Numbers that an output is a sum over."""
    return inputs.channels * side**inputs.group.dimension


def source_action(inputs: FieldType, side: int) -> Action:
    """How the group acts on one row of a kernel: on the components of an input field at each of its points."""
    return inputs.action @ grid_action(inputs.group, side)


def from_pairs(entries: torch.Tensor, inputs: FieldType, outputs: FieldType, side: int) -> torch.Tensor:
    """A kernel (outputs.channels, inputs.channels, side, ...) from its entries by pair of fields.

    entries: (outputs.multiplicity, inputs.multiplicity, outputs.dimension * inputs.dimension * side^d).
    """
    pairs = entries.view(*entries.shape[:2], outputs.dimension, -1).transpose(1, 2)
    return pairs.reshape(outputs.channels, inputs.channels, *[side] * inputs.group.dimension)


def by_pairs(kernel: torch.Tensor, inputs: FieldType, outputs: FieldType) -> torch.Tensor:
    """The other way: (outputs.multiplicity, inputs.multiplicity, outputs.dimension, inputs.dimension * side^d)."""
    sizes = (outputs.multiplicity, outputs.dimension, inputs.multiplicity, inputs.dimension)
    return kernel.reshape(*sizes, -1).transpose(1, 2).flatten(3)
