"""How a variant is trained to tell vectors: on clouds as they lie, or each turned by a random rotation."""

from collections.abc import Iterator

import numpy as np
import torch

from equidyn.core.models.network import Network
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.draws import generator_of, passes
from equidyn.core.training.task import TrainingRecipe
from toy_domain.tasks.vector.task import Samples, Vector


class VectorRecipe(TrainingRecipe):
    """Shuffled passes over the training clouds; one rotation for each batch, if they are turned."""

    columns = ("train_loss",)
    score = "validation_loss"

    def __init__(self, task: Vector, variant: Variant, training: Training, seed: int) -> None:
        self.task, self.variant, self.training, self.seed = task, variant, training, seed
        self.validation = task.sample("validation", training.validation_samples)

    def batches(self, epoch: int) -> Iterator[Samples]:
        """The epoch's clouds."""
        clouds, size = self.task.splits["train"], self.training.batch_size
        order = passes(len(clouds), size * self.training.steps_per_epoch, generator_of(self.seed, epoch))
        rng = np.random.default_rng([self.seed, epoch])
        for chosen in order.split(size):
            batch = clouds.part(chosen)
            yield self._turned(batch, rng) if self.variant.augment == "rotations" else batch

    def _turned(self, batch: Samples, rng: np.random.Generator) -> Samples:
        inputs, outputs = self.task.inputs, self.task.outputs
        (element,) = inputs.group.random(1, rng)
        return Samples(inputs.act(batch.inputs, element), outputs.act(batch.targets, element))

    def loss(self, network: Network, batch: Samples) -> tuple[torch.Tensor, torch.Tensor]:
        """The task's loss."""
        loss = self.task.loss(network, batch)
        return loss, loss.detach()[None]

    def validate(self, network: Network) -> dict[str, float]:
        """The loss on fixed clouds of the validation split."""
        with torch.no_grad():
            return {"validation_loss": self.task.loss(network, self.validation).item()}


RECIPE = VectorRecipe
