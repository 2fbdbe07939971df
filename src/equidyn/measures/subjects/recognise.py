"""A network of the task recognise, its logits on the test split, and its activations on any images."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.measures.subject import Subject
from equidyn.models.recogniser import Recogniser
from equidyn.training.recognise.task import Recognise, Samples, answers


@dataclass(frozen=True)
class RecogniseSubject(Subject):
    """A network with the test images."""

    network: Recogniser
    task: Recognise

    @property
    def test(self) -> Samples:
        """All test images."""
        return self.task.splits[self.task.tests[0]]

    @cached_property
    def logits(self) -> torch.Tensor:
        """Logits of the test images, (sample, 10)."""
        return self.answers(self.test.inputs)

    def answers(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (sample, 10) of images (sample, side, side), without gradients."""
        return answers(self.network, images)

    def activations(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Every activation of images (sample, side, side), by name, without gradients."""
        with torch.no_grad():
            return self.network.activations(images)

    def example(self) -> dict[str, torch.Tensor]:
        """Logits and labels of the test images."""
        return {"logits": self.logits, "labels": self.test.labels}


SUBJECT = RecogniseSubject
