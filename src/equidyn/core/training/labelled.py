"""What the tasks have in common that ask for the class of a sample; each has its own kind of logits."""

import math
from abc import abstractmethod
from dataclasses import dataclass

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.task import Batch, Task, TrainingRecipe


@dataclass(frozen=True)
class Samples(Batch):
    """inputs: (sample, ...); labels: (sample,), the class of each, in the form that the task's loss wants."""

    inputs: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, chosen: slice | torch.Tensor) -> "Samples":
        """Some of the samples."""
        return Samples(self.inputs[chosen], self.labels[chosen])


def share(right: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Share of right answers, `right` (sample,) bool; NaN if a logit is NaN, which is no answer."""
    return torch.where(logits.isnan().any(), math.nan, right.float().mean())


class LabelledTask(Task):
    """splits: the samples of each split, by its name."""

    tests = ("test",)
    splits: dict[str, Samples]

    @abstractmethod
    def predictions(self, network: Network, inputs: torch.Tensor) -> torch.Tensor:
        """Logits (sample, ...) of inputs (sample, ...), without gradients."""

    @abstractmethod
    def rates(self, logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean cross-entropy [nats], which is the training loss, and accuracy."""


class LabelledRecipe(TrainingRecipe):
    """Cross-entropy is minimised, and decides which epoch is best; accuracy is recorded beside it."""

    columns = ("train_loss", "train_accuracy")
    score = "validation_loss"

    def __init__(self, task: LabelledTask, variant: Variant, training: Training, seed: int) -> None:
        self.task, self.variant, self.training, self.seed = task, variant, training, seed
        self.validation = task.sample("validation", training.validation_samples)

    def loss(self, network: Network, batch: Samples) -> tuple[torch.Tensor, torch.Tensor]:
        """Cross-entropy; recorded beside it, the accuracy."""
        rates = self.task.rates(network(batch.inputs), batch.labels)
        return rates[0], torch.stack(rates).detach()

    def validate(self, network: Network) -> dict[str, float]:
        """Loss and accuracy on fixed samples of the validation split."""
        logits = self.task.predictions(network, self.validation.inputs)
        loss, right = (rate.item() for rate in self.task.rates(logits, self.validation.labels))
        return {"validation_loss": loss, "validation_accuracy": right}
