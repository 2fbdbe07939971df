"""motions: how often a net names the right digit when the digit is moved, and when it is turned."""

from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.core.training.labelled import Samples
from equidyn.domains.digits.measures.layer_equivariance import Number, mean
from equidyn.domains.digits.measures.pairs import inside
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import accuracy
from equidyn.symmetry.motions import rotated, translated

DEGREES = tuple(range(0, 181, 15))

TITLE = "Moved digits"
QUANTITIES = (
    Quantity("shift", "shift [pixels]", axis="shift"),
    Quantity("shift_accuracy", "accuracy, shifted", better="higher", axis="shift"),
    Quantity("inside", "images that stay inside", detail=True),
    Quantity("degrees", "angle [degrees]", axis="degrees"),
    Quantity("angle_accuracy", "accuracy, turned", better="higher", axis="degrees"),
)


def measure(context: ClassifyImagesContext, *, samples: PositiveInt = 1000, largest: PositiveInt = 6) -> dict[str, Any]:
    """Accuracy against shift and angle, on at most `samples` test images, spread evenly.

    shift: 0 to `largest` pixels. shift_accuracy: mean over eight directions (pairs.py), in each over those images
    whose ink stays inside when it is moved in it by `largest`, so over the same images at every shift: the narrower
    ones. inside: how many of the images stay inside in one direction at least; without any, shift_accuracy is None.
    degrees: 0 to 180. angle_accuracy: over all of the images, mean of turns by plus and minus that angle; bilinear
    between exact quarter turns, so between them images are also smoother than those of training.
    """
    images = context.task.sample(context.task.tests[0], samples)
    lengths = list(range(largest + 1))
    chosen = dict(inside(context, images.inputs, largest))
    moving = {direction: images.part(indices) for direction, indices in chosen.items() if len(indices)}
    return {
        "shift": lengths,
        "shift_accuracy": [_shifted(context, moving, length) for length in lengths],
        "inside": len(torch.cat(list(chosen.values())).unique()),
        "degrees": list(DEGREES),
        "angle_accuracy": [_turned(context, images, degrees) for degrees in DEGREES],
    }


def _shifted(context: ClassifyImagesContext, moving: dict[tuple[int, int], Samples], length: int) -> Number:
    return mean(
        [
            _accuracy(context, translated(images.inputs, length * dy, length * dx), images.labels)
            for (dy, dx), images in moving.items()
        ]
    )


def _turned(context: ClassifyImagesContext, images: Samples, degrees: int) -> float:
    angles = {degrees % 360, -degrees % 360}  # 0 and 180 are each one turn, not two
    rates = [_accuracy(context, rotated(images.inputs, angle), images.labels) for angle in sorted(angles)]
    return sum(rates) / len(rates)


def _accuracy(context: ClassifyImagesContext, images: torch.Tensor, labels: torch.Tensor) -> float:
    return accuracy(context.predictions(images), labels).item()
