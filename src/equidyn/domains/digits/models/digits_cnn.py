"""digits_cnn: the plain convolutional net on digits. It imposes translation, up to pooling and the border, no turns."""

import torch
from torch.nn import functional

from equidyn.core.models.dense import Dense
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.models.classifier import KERNEL, DigitClassifier, as_maps, pooled, sides
from equidyn.grids.families import plain_conv
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4
from equidyn.symmetry.images import ImageType
from equidyn.symmetry.sets import Invariants


class DigitsCNN(DigitClassifier):
    """Two free convolutions and two free affine maps."""

    def __init__(self, inputs: ImageType, outputs: Invariants, first: int, second: int, hidden: int) -> None:
        super().__init__()
        self.inputs, self.sides = inputs, sides(inputs)
        maps = [FieldType(C4, "scalar", count) for count in (1, first, second)]
        self.kinds = {"conv1": maps[1], "pool1": maps[1], "conv2": maps[2], "pool2": maps[2]}
        self.kinds |= {"fc1": Invariants(hidden), "logits": outputs}
        self.conv1, self.conv2 = plain_conv(maps[0], maps[1], KERNEL), plain_conv(maps[1], maps[2], KERNEL)
        self.fc1 = Dense(second * self.sides["pool2"] ** 2, hidden)
        self.logits = Dense(hidden, outputs.count)

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """conv1, pool1, conv2, pool2 (batch, c, n, n); fc1 (batch, hidden), before its ReLU; logits (batch, 10)."""
        conv1 = functional.conv2d(as_maps(images), *self.conv1.filter())
        pool1 = pooled(conv1)
        conv2 = functional.conv2d(pool1, *self.conv2.filter())
        pool2 = pooled(conv2)
        fc1 = self.fc1(pool2.flatten(1))
        maps = {"conv1": conv1, "pool1": pool1, "conv2": conv2, "pool2": pool2}
        return maps | {"fc1": fc1, "logits": self.logits(functional.relu(fc1))}

    def multiply_adds(self) -> int:
        """Entries of each kernel at each pixel of its map, and of both matrices: per image."""
        maps = sum(getattr(self, name).kernel.weight.numel() * self.sides[name] ** 2 for name in ("conv1", "conv2"))
        return maps + self.fc1.weight.numel() + self.logits.weight.numel()


def build(
    inputs: ImageType,
    outputs: Invariants,
    *,
    first: PositiveInt = 10,
    second: PositiveInt = 20,
    hidden: PositiveInt = 50,
) -> DigitsCNN:
    """`first` and `second` channels in the convolutions, `hidden` numbers behind them.

    Raises ValueError for images that do not go evenly through the poolings.
    """
    return DigitsCNN(inputs, outputs, first, second, hidden)
