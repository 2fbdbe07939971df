"""audit/reconstruction: the errors upright and rotated as the published study takes them.

Where it differs from domains/digits/measures/reconstruction.py: each batch of test images is turned by one random angle
of 90, 180 and 270 degrees, so that the result depends on chance; and the result is a mean over batches, in which the
images of the last, smaller batch count more than others. Turns are exact there too.
"""

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.tasks.reconstruct.context import ReconstructContext

QUANTITIES = (
    Quantity("upright", "MSE, upright", "1", "lower"),
    Quantity("rotated", "MSE, turned", "1", "lower"),
)


def measure(context: ReconstructContext, *, batch_size: PositiveInt = 128) -> dict[str, float]:
    """Mean over batches of the mean square per pixel; upright, and rotated by one turn for each batch.

    batch_size: 128 as published. Which turns are drawn is always the same.
    """
    batches = context.errors.split(batch_size, dim=1)
    turns = torch.randint(1, 4, (len(batches),), generator=torch.Generator().manual_seed(0)).tolist()
    upright = [batch[0].mean() for batch in batches]
    rotated = [batch[turn].mean() for batch, turn in zip(batches, turns, strict=True)]
    return {"upright": torch.stack(upright).mean().item(), "rotated": torch.stack(rotated).mean().item()}
