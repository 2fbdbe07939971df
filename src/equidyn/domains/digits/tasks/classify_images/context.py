"""A network of the task classify_images, its logits on the test split, and its activations on any images."""

from dataclasses import dataclass

import torch

from equidyn.core.measures.labelled import LabelledContext
from equidyn.domains.digits.models.classifier import DigitClassifier
from equidyn.domains.digits.tasks.classify_images.task import ClassifyImages


@dataclass(frozen=True)
class ClassifyImagesContext(LabelledContext):
    """A network with the test images; ten logits each."""

    network: DigitClassifier
    task: ClassifyImages

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Every activation of images (sample, side, side), by name, without gradients."""
        with torch.no_grad():
            return self.network.activations(images)


CONTEXT = ClassifyImagesContext
