"""What nets that classify digits share: two convolutions, each with pooling behind it, then two maps of numbers.

conv1 - pool1 - conv2 - pool2 - fc1 - logits, LeCun et al. 1998 in small. Neither convolution pads.
"""

import torch
from torch.nn import functional

from equidyn.domains.digits.models.images import ImageNetwork
from equidyn.domains.digits.models.strides import POOL, STRIDES
from equidyn.symmetry.images import ImageType

KERNEL = 5  # pixels per side of a kernel


class DigitClassifier(ImageNetwork):
    """A map of images (batch, side, side) to one logit per digit (batch, 10) through feature maps (batch, c, n, n).

    strides: name of an activation that is a feature map -> pixels of the image per pixel of it; numbers have none.
    """

    strides: dict[str, int] = STRIDES


def as_maps(images: torch.Tensor) -> torch.Tensor:
    """The images as maps of one channel, (batch, 1, side, side), a view.

    Its strides say that channels come last, and every layer after it follows: half the time of a training step.
    """
    return images.unsqueeze(-1).movedim(-1, 1)


def pooled(maps: torch.Tensor) -> torch.Tensor:
    """The largest of each 2 x 2 pixels, then ReLU: (batch, c, n, n) to (batch, c, n / 2, n / 2)."""
    return functional.relu_(functional.max_pool2d(maps, POOL))


def sides(inputs: ImageType) -> dict[str, int]:
    """Pixels per side of each feature map, by name.

    Raises ValueError for images whose maps do not halve: what is left over at one edge would make pooling lopsided.
    """
    found, side = {}, inputs.side
    for number in (1, 2):
        found[f"conv{number}"] = side - KERNEL + 1
        found[f"pool{number}"] = side = found[f"conv{number}"] // POOL
    if side < 1 or any(found[f"conv{number}"] % POOL for number in (1, 2)):
        raise ValueError(
            f"images of {inputs.side} x {inputs.side} pixels do not go evenly through two convolutions of "
            f"{KERNEL} x {KERNEL} and two poolings by {POOL}; sides that do are 16, 20, 24, 28"
        )
    return found
