"""A network of the task classify, and its logits on the test split."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.measures.subject import Subject
from equidyn.models.sets import SetNetwork
from equidyn.training.classify.task import Classify, Samples


@dataclass(frozen=True)
class ClassifySubject(Subject):
    """A network with the test samples."""

    network: SetNetwork
    task: Classify

    @property
    def test(self) -> Samples:
        """All test samples."""
        return self.task.splits[self.task.tests[0]]

    @cached_property
    def logits(self) -> torch.Tensor:
        """Logits of the test samples, (sample, 1)."""
        return self.answers(self.test.inputs)

    def answers(self, inputs: torch.Tensor) -> torch.Tensor:
        """Logits (sample, 1) of samples, without gradients."""
        with torch.no_grad():
            return self.network(inputs)

    def example(self) -> dict[str, torch.Tensor]:
        """Logits and labels of the test samples."""
        return {"logits": self.logits[:, 0], "labels": self.test.labels}


SUBJECT = ClassifySubject
