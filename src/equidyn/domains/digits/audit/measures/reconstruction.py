"""audit/reconstruction: the errors upright and rotated as the published study takes them.

Where it differs from domains/digits/measures/reconstruction.py: the images come in batches, in a random order, and each
batch is turned by one random angle of 90, 180 and 270 degrees, so that the result depends on chance. And it is the sum
of the batches' means over the number of images, so about 1/128 of the mean square per pixel, in which the images of the
last, smaller batch count more than others. Turns are exact there too.
"""

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext

QUANTITIES = (
    Quantity("upright", "average loss, upright", "1", "lower"),
    Quantity("rotated", "average loss, turned", "1", "lower"),
)


def measure(context: ReconstructContext, *, batch_size: PositiveInt = 128) -> dict[str, float]:
    """Sum over batches of the mean square per pixel, over images; upright, and rotated by one turn for each batch.

    batch_size: 128 as published. Which turns are drawn, and the order of the images, is always the same.
    """
    dice, count = torch.Generator().manual_seed(42), context.errors.shape[1]
    batches = context.errors[:, torch.randperm(count, generator=dice)].split(batch_size, dim=1)
    turns = torch.randint(1, 4, (len(batches),), generator=dice).tolist()
    rotated = sum(batch[turn].mean().item() for batch, turn in zip(batches, turns, strict=True))
    return {"upright": sum(batch[0].mean().item() for batch in batches) / count, "rotated": rotated / count}
