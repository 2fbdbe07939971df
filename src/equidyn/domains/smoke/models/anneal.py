"""anneal: trained relaxed, used exactly equivariant. It separates what relaxation does for training from what it adds.

Pertigkiozoglou et al. 2024 (arXiv 2408.13242): each equivariant layer gets a free linear term, which is faded out in
training and left out afterwards. What is left here is a gcnn, with the same start for the same seed; while the share
of the free term is 0, training is gcnn's, number by number.
"""

import torch
from torch import nn

from equidyn.core.params.types import Norm, OddInt, PositiveInt
from equidyn.domains.smoke.models.gcnn import C4Conv
from equidyn.domains.smoke.models.stack import ConvStack, Filter, conv_stack
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


class AnnealedConv(C4Conv):
    """K = strict kernel + share (W - P(W)), with P the Reynolds projection onto the strict kernels.

    Only the part of W that breaks the symmetry counts, so the two terms never compete for the strict part.
    free: W, (outputs.multiplicity, inputs.multiplicity, outputs.dimension * inputs.dimension * k * k), 0 at the start;
    share: 0 in a fresh net and in every checkpoint, so that both are exactly equivariant. The bias stays constrained.
    """

    anneals = True

    def __init__(self, inputs: FieldType, outputs: FieldType, kernel: int) -> None:
        super().__init__(inputs, outputs, kernel)
        pairs = outputs.action @ (inputs.action @ grid_action(C4, kernel))
        self.free = nn.Parameter(torch.zeros(outputs.multiplicity, inputs.multiplicity, pairs.dimension))
        self.register_buffer("share", torch.zeros(()))
        self.register_buffer("turned", torch.from_numpy(pairs.source), persistent=False)
        self.register_buffer("turned_sign", torch.from_numpy(pairs.sign).float(), persistent=False)

    def projected(self) -> torch.Tensor:
        """P(W) in the shape of W: the mean over the group of the turned kernels, by one gather."""
        turned = self.free.index_select(-1, self.turned.flatten()).unflatten(-1, self.turned.shape)
        return (turned * self.turned_sign).mean(-2)

    def filter(self) -> Filter:
        """The strict filter, and as much of the symmetry breaking as is let through."""
        kernel, bias = super().filter()
        entries = self.share * (self.free - self.projected())
        shape = (self.outputs.dimension, self.inputs.dimension, self.kernel, self.kernel)
        return kernel + entries.unflatten(-1, shape).permute(0, 2, 1, 3, 4, 5).reshape(kernel.shape), bias

    def relax(self, share: float) -> None:
        """From now on let `share` of W - P(W) through."""
        self.share.fill_(share)

    def settled(self) -> C4Conv:
        """The strict layer alone, with its own copy of the weights."""
        with torch.random.fork_rng(devices=[]):  # for its start, which is overwritten
            layer = C4Conv(self.inputs, self.outputs, self.kernel).to(self.weight)
        layer.load_state_dict(self.state_dict(), strict=False)  # without `free` and `share`
        return layer


def build(
    inputs: FieldType,
    outputs: FieldType,
    *,
    hidden: PositiveInt,
    layers: PositiveInt = 5,
    kernel: OddInt = 3,
    norm: Norm = "none",
) -> ConvStack:
    """`hidden` regular fields (four channels each) in each of `layers` - 1 inner places, as in gcnn."""
    fields = [inputs, *[FieldType(C4, "regular", hidden)] * (layers - 1), outputs]
    return conv_stack(fields, AnnealedConv, kernel=kernel, norm=norm, strict=True)
