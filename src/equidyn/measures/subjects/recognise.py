"""A network of the task recognise, its logits on the test split, and its activations on any images."""

from dataclasses import dataclass

import torch

from equidyn.measures.subjects.labelled import LabelledSubject
from equidyn.models.recogniser import Recogniser
from equidyn.training.recognise.task import Recognise


@dataclass(frozen=True)
class RecogniseSubject(LabelledSubject):
    """A network with the test images; ten logits each."""

    network: Recogniser
    task: Recognise

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Every activation of images (sample, side, side), by name, without gradients."""
        with torch.no_grad():
            return self.network.activations(images)


SUBJECT = RecogniseSubject
