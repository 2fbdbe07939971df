"""audit/intrinsic: the invariant network of the project description, which averages over features.

Against models/intrinsic: a layer is a matrix of layers of a single feature each, F(x)_j = (1/d) sum_i L_ij(x), with
L(x) = a x + b 1 1^T x + c, so it sums over points and averages over its d inputs; every L_ij has a bias of its own; and
the answer is the sigmoid, with the cross-entropy taken of that number and not of its logit. How a layer starts is not
described: here each L_ij starts as a layer of one input, uniform in +-1, which is where a sum over features can grow.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from equidyn.core.models.initial import uniform_fan_in
from equidyn.core.params.types import PositiveInt
from equidyn.domains.sets.models.sets import SetNetwork
from equidyn.symmetry.permutations import symmetric, trivial
from equidyn.symmetry.sets import Invariants, SetGroup, SetType

MOST, LEAST = 100.0, 1e-12  # of -log p, and of p (1 - p) as a divisor: bounds of torch's cross-entropy of probabilities


class FeatureLayer(nn.Module):
    """F(x)_j = share * sum_i (own_ji x_i + pooled_ji sum_points x_i + bias_ji); share: 1 / inputs, or 1 for sums.

    equivariant: false leaves out `own`, and with it the axis of the points.
    """

    def __init__(self, inputs: int, outputs: int, averaging: bool, *, equivariant: bool) -> None:
        super().__init__()
        self.share = 1 / inputs if averaging else 1.0
        self.own = nn.Parameter(uniform_fan_in((outputs, inputs), 1)) if equivariant else None
        self.pooled, self.bias = (nn.Parameter(uniform_fan_in((outputs, inputs), 1)) for _ in range(2))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Map (batch, inputs, points) to (batch, outputs, points), or if it is invariant to (batch, outputs)."""
        whole = functional.linear(values.sum(2), self.pooled, self.bias.sum(1))
        return self.share * (whole if self.own is None else self.own @ values + whole.unsqueeze(2))

    def multiply_adds(self, points: int) -> int:
        """Products of both matrices."""
        return self.pooled.numel() * (1 if self.own is None else 1 + points)


class AveragingStack(SetNetwork):
    """Equivariant layers with ReLU, an invariant layer, and the sigmoid, as the logit that is as good."""

    def __init__(self, inputs: SetType, outputs: Invariants, inner: list[int], averaging: bool) -> None:
        super().__init__()
        self.inputs, self.imposed = inputs, SetGroup(symmetric(inputs.points), trivial(inputs.dimensions))
        self.strict = self.imposed.order > 1
        widths = [inputs.dimensions, *inner]
        self.layers = nn.ModuleList(FeatureLayer(*pair, averaging, equivariant=True) for pair in pairwise(widths))
        self.answer = FeatureLayer(widths[-1], outputs.count, averaging, equivariant=False)

    def forward(self, sets: torch.Tensor) -> torch.Tensor:
        """Map (batch, points, dimensions) to (batch, outputs.count)."""
        values = sets.transpose(1, 2)
        for layer in self.layers:
            values = functional.relu(layer(values))
        return through_sigmoid(self.answer(values))

    def multiply_adds(self) -> int:
        """Of all layers, for one set."""
        return sum(layer.multiply_adds(self.inputs.points) for layer in (*self.layers, self.answer))


def through_sigmoid(values: torch.Tensor) -> torch.Tensor:
    """Numbers whose cross-entropy as logits is that of p = sigmoid(values), in its value and in its gradient.

    Computed from logits, the gradient is p - y. Computed from p, it is (p - y) / max(p (1 - p), LEAST) times p (1 - p),
    which is 0 once p is rounded to 1, for a right answer and for a wrong one, and nearly 0 where p is small. Where no
    rounding shows the two are the same.
    """
    with torch.no_grad():
        p = values.sigmoid()
        logits = p.log().clamp(min=-MOST) - (1 - p).log().clamp(min=-MOST)
        slope = p * (1 - p)
        passed = slope / slope.clamp(min=LEAST)
    return logits + passed * (values - values.detach())


def build(
    inputs: SetType, outputs: Invariants, *, hidden: PositiveInt = 10, layers: PositiveInt = 2, averaging: bool = True
) -> AveragingStack:
    """`layers` equivariant layers of `hidden` features, as described 2 of 10; averaging: false leaves out 1/d."""
    return AveragingStack(inputs, outputs, [hidden] * layers, averaging)
