"""How a variant is trained to reconstruct: on upright images, or on images turned at random."""

from collections.abc import Iterator

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.draws import generator_of, passes
from equidyn.core.training.task import TrainingRecipe
from equidyn.domains.digits.tasks.reconstruct.task import Images, Reconstruct


class ReconstructRecipe(TrainingRecipe):
    """Shuffled passes over the training images, each turned by a quarter turn of its own if that augments the data."""

    columns = ("train_loss",)
    score = "validation_loss"

    def __init__(self, task: Reconstruct, variant: Variant, training: Training, seed: int) -> None:
        self.task, self.variant, self.training, self.seed = task, variant, training, seed
        self.validation = task.sample("validation", training.validation_samples)

    def batches(self, epoch: int) -> Iterator[Images]:
        """The epoch's images, each batch gathered when it is asked for: small enough to stay in the cache."""
        generator = generator_of(self.seed, epoch)
        images, size = self.task.splits["train"].inputs, self.training.batch_size
        order = passes(len(images), size * self.training.steps_per_epoch, generator)
        turns = torch.randint(4, (len(order),), generator=generator)
        for chosen, quarters in zip(order.split(size), turns.split(size), strict=True):
            batch = images.index_select(0, chosen.to(images.device))
            yield Images(self.task.inputs.act_each(batch, quarters) if self.variant.augment == "c4" else batch)

    def loss(self, network: Network, batch: Images) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean square over images and pixels."""
        loss = self.task.loss(network, batch)
        return loss, loss.detach()[None]

    def validate(self, network: Network) -> dict[str, float]:
        """The loss on fixed images of the validation split, upright."""
        with torch.no_grad():
            return {"validation_loss": self.task.loss(network, self.validation).item()}


RECIPE = ReconstructRecipe
