"""layer_lie: how far each layer is from commuting with small shifts and small rotations of the image.

The local equivariance error of Gruver et al. 2022 (arXiv 2210.02984) of every activation F: LF(x) = J_F(x) [G x] -
H F(x), with G the generator of the motion on images and H on the activation (symmetry/generator.py). A feature map
whose pixels are s pixels of the image apart moves by 1 / s of its pixels when the image moves by one; it turns about
its centre by the same angle. Numbers should stay as they are: H = 0.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from equidyn.core.measures.quantities import Quantity
from equidyn.core.params.types import PositiveInt
from equidyn.domains.digits.models.classifier import DigitClassifier
from equidyn.domains.digits.tasks.classify_images.context import ClassifyImagesContext
from equidyn.domains.digits.tasks.classify_images.task import CHUNK
from equidyn.symmetry.directional import directional_of_all, mean_norm
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.generator import rotation_generator, translation_generator
from equidyn.symmetry.groups import C4

IMAGE = FieldType(C4, "scalar", 1)
# (field (batch, channels, n, n), its type, its stride) -> its change; None where the type has no such motion.
Generator = Callable[[torch.Tensor, FieldType, int], torch.Tensor | None]

TITLE = "Lie derivative by layer"
QUANTITIES = (
    Quantity("translation.*", "translation", "1/px", "lower", each="layer"),
    Quantity("rotation.*", "rotation", "1/rad", "lower", each="layer"),
)


def measure(context: ClassifyImagesContext, *, samples: PositiveInt = 200) -> dict[str, Any]:
    """E ||LF|| / E ||F|| of every activation over `samples` test images, spread evenly; 0 if F commutes with a motion.

    translation: per pixel of the image, mean over its two axes; rotation: per radian. Of maps without the outermost
    pixels, at which slopes are known from one side only: a convolution then commutes with shifts exactly. What a
    pointwise nonlinearity leaves is the error of differences between pixels, which grows with the stride.
    None where no infinitesimal motion is known: of regular fields under rotations, since they turn by quarter turns
    only; of maps of less than 3 x 3 pixels; and where all of F is 0.
    """
    images = context.task.sample(context.task.tests[0], samples).inputs
    return {
        "translation": _relative(context.network, images, [partial(shift, axis=axis) for axis in (-2, -1)]),
        "rotation": _relative(context.network, images, [rotation]),
    }


def shift(field: torch.Tensor, _kind: FieldType, stride: int, *, axis: int) -> torch.Tensor:
    """Change per pixel of the image by which the image moves along an axis."""
    return translation_generator(field, axis) / stride


def rotation(field: torch.Tensor, kind: FieldType, _stride: int) -> torch.Tensor | None:
    """Change per radian by which the image turns."""
    return None if kind.kind == "regular" else rotation_generator(field, kind)


def lie_derivatives(
    network: DigitClassifier, images: torch.Tensor, generator: Generator
) -> dict[str, tuple[torch.Tensor, torch.Tensor | None]]:
    """F(x) and LF(x) by name, for images (sample, side, side); of maps without their outermost pixels."""
    direction = generator(images.unsqueeze(1), IMAGE, 1).squeeze(1)
    found = directional_of_all(network.activations, images, direction)
    return {name: _lie(network, name, generator, *pair) for name, pair in found.items()}


def _lie(
    network: DigitClassifier, name: str, generator: Generator, answer: torch.Tensor, change: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor | None]:
    if name not in network.strides:
        return answer, change
    moved = generator(answer, network.kinds[name], network.strides[name]) if min(answer.shape[-2:]) >= 3 else None
    return answer[..., 1:-1, 1:-1], None if moved is None else (change - moved)[..., 1:-1, 1:-1]


def _relative(
    network: DigitClassifier, images: torch.Tensor, generators: Sequence[Generator]
) -> dict[str, float | None]:
    """By name, over all images and generators."""
    sums: dict[str, torch.Tensor | None] = {name: torch.zeros(2, dtype=torch.float64) for name in network.kinds}
    for part in images.split(CHUNK):
        for generator in generators:
            for name, (answer, derivative) in lie_derivatives(network, part, generator).items():
                if derivative is None:
                    sums[name] = None
                else:
                    sums[name] += len(part) * torch.stack([mean_norm(derivative), mean_norm(answer)]).cpu()
    return {
        name: (total[0] / total[1]).item() if total is not None and total[1] else None for name, total in sums.items()
    }
