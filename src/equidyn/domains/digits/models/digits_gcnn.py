"""digits_gcnn: the net of digits_cnn with every layer strict under quarter turns, and logits that no turn changes.

Cohen, Welling 2016 (arXiv 1602.07576): one grey image -> regular fields -> ... -> regular numbers -> their group means.
The poolings commute with turns exactly, since they divide their maps without a remainder.
"""

import torch
from torch.nn import functional

from equidyn.core.models.dense import Dense
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.models.classifier import KERNEL, DigitClassifier, as_maps, pooled, sides
from equidyn.grids.families import strict_conv
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants


class DigitsGCNN(DigitClassifier):
    """Two group convolutions, a third one over the whole of the last map, the mean over C4, and a free affine map."""

    strict = True

    def __init__(self, inputs: ImageType, outputs: Invariants, first: int, second: int, hidden: int) -> None:
        super().__init__()
        self.inputs, self.sides = inputs, sides(inputs)
        image, *maps = FieldType(C4, "scalar", 1), FieldType(C4, "regular", first), FieldType(C4, "regular", second)
        self.kinds = {"conv1": maps[0], "pool1": maps[0], "conv2": maps[1], "pool2": maps[1]}
        self.kinds |= {"fc1": Invariants(hidden), "logits": outputs}
        self.conv1, self.conv2 = strict_conv(image, maps[0], KERNEL), strict_conv(maps[0], maps[1], KERNEL)
        self.fc1 = strict_conv(maps[1], FieldType(C4, "regular", hidden), self.sides["pool2"])
        self.logits = Dense(hidden, outputs.count)

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """conv1, pool1, conv2, pool2 (batch, 4 c, n, n); fc1 (batch, hidden); logits (batch, 10)."""
        conv1 = functional.conv2d(as_maps(images), *self.conv1.filter())
        pool1 = pooled(conv1)
        conv2 = functional.conv2d(pool1, *self.conv2.filter())
        pool2 = pooled(conv2)
        fc1 = self._numbers(pool2)
        maps = {"conv1": conv1, "pool1": pool1, "conv2": conv2, "pool2": pool2}
        return maps | {"fc1": fc1, "logits": self.logits(fc1)}

    def multiply_adds(self) -> int:
        """Entries of each kernel at each pixel of its map, and of the last matrix: per image."""
        outputs = {"conv1": self.sides["conv1"], "conv2": self.sides["conv2"], "fc1": 1}
        with torch.no_grad():
            kernels = {name: getattr(self, name).filter()[0].numel() for name in outputs}
        return sum(kernels[name] * side**2 for name, side in outputs.items()) + self.logits.weight.numel()

    def _numbers(self, pool2: torch.Tensor) -> torch.Tensor:
        """A convolution whose kernel covers the map is a matrix product; then ReLU, and the mean over the group."""
        kernel, bias = self.fc1.filter()
        regular = functional.relu_(functional.linear(pool2.flatten(1), kernel.flatten(1), bias))
        return regular.unflatten(1, (-1, self.fc1.outputs.dimension)).mean(-1)


def build(
    inputs: ImageType,
    outputs: Invariants,
    *,
    first: PositiveInt = 5,
    second: PositiveInt = 10,
    hidden: PositiveInt = 26,
) -> DigitsGCNN:
    """`first` and `second` regular fields (four channels each) in the convolutions, `hidden` ones behind them.

    At these numbers it has as many parameters as digits_cnn, within 2 %. Raises ValueError for images that do not go
    evenly through the poolings.
    """
    return DigitsGCNN(inputs, outputs, first, second, hidden)
