"""What the subjects have in common whose tasks ask for the class of a sample: logits on the test split."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.core.measures.context import EvaluationContext
from equidyn.core.training.labelled import LabelledTask, Samples


@dataclass(frozen=True)
class LabelledContext(EvaluationContext):
    """A network with the test samples."""

    task: LabelledTask

    @property
    def test(self) -> Samples:
        """All test samples."""
        return self.task.splits[self.task.tests[0]]

    @cached_property
    def logits(self) -> torch.Tensor:
        """Logits of the test samples, (sample, logit)."""
        return self.predictions(self.test.inputs)

    def predictions(self, inputs: torch.Tensor) -> torch.Tensor:
        """Logits (sample, logit) of samples, without gradients."""
        return self.task.predictions(self.network, inputs)

    def rates(self, logits: torch.Tensor, samples: Samples, prefix: str = "") -> dict[str, float]:
        """Accuracy, and cross-entropy [nats]; `prefix` goes before their names."""
        loss, right = self.task.rates(logits, samples.labels)
        return {f"{prefix}accuracy": right.item(), f"{prefix}loss": loss.item()}

    def example(self) -> dict[str, torch.Tensor]:
        """Logits and labels of the test samples; a single logit makes no axis of its own."""
        return {"logits": self.logits.squeeze(1), "labels": self.test.labels}
