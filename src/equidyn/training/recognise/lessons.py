"""How a variant is trained to recognise digits: shuffled passes over the images, turned at random or not."""

from collections.abc import Iterator, Sequence

import torch

from equidyn.models.network import Network
from equidyn.params.training import Training
from equidyn.params.variant import Variant
from equidyn.training.draws import generator_of, passes
from equidyn.training.recognise.task import Recognise, Samples, accuracy, answers, cross_entropy
from equidyn.training.task import Lessons


class RecogniseLessons(Lessons):
    """Shuffled passes over the training images, each turned by its own random quarter turn where that is asked for."""

    columns = ("train_loss", "train_accuracy")
    score = "validation_loss"

    def __init__(self, task: Recognise, variant: Variant, training: Training, seed: int) -> None:
        self.task, self.variant, self.training, self.seed = task, variant, training, seed
        self.validation = task.sample("validation", training.validation_samples)

    def batches(self, epoch: int) -> Iterator[Samples]:
        """The epoch's images, cut from memory batch by batch."""
        generator, images = generator_of(self.seed, epoch), self.task.splits["train"]
        size = self.training.batch_size
        order = passes(len(images), size * self.training.steps_per_epoch, generator)
        turns = torch.randint(4, (len(order),), generator=generator)
        for chosen, element in zip(order.split(size), turns.split(size), strict=True):
            batch = images.part(chosen.to(self.task.device))
            yield (
                batch
                if self.variant.augment == "none"
                else batch.turned(element.to(self.task.device), self.task.inputs)
            )

    def loss(self, network: Network, batch: Samples) -> tuple[torch.Tensor, torch.Tensor]:
        """Cross-entropy; recorded beside it, the accuracy."""
        logits = network(batch.inputs)
        loss = cross_entropy(logits, batch.labels)
        return loss, torch.stack([loss, accuracy(logits, batch.labels)]).detach()

    def recorded(self, means: Sequence[float] | None) -> dict[str, float | None]:
        """Loss and accuracy as training went on, so of weights that still moved."""
        return dict(zip(self.columns, means or (None, None), strict=True))

    def validate(self, network: Network) -> dict[str, float]:
        """Loss and accuracy on fixed images of the validation split."""
        logits = answers(network, self.validation.inputs)
        loss, right = (rate(logits, self.validation.labels).item() for rate in (cross_entropy, accuracy))
        return {"validation_loss": loss, "validation_accuracy": right}


LESSONS = RecogniseLessons
