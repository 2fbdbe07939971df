"""How a variant is trained to classify digits: shuffled passes over the images, turned at random or not."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from equidyn.core.training.draws import generator_of, passes
from equidyn.core.training.labelled import LabelledRecipe, Samples


class ClassifyImagesRecipe(LabelledRecipe):
    """Shuffled passes over the training images, each turned by its own random quarter turn where that is asked for."""

    def batches(self, epoch: int) -> Iterator[Samples]:
        """The epoch's images, cut from memory batch by batch."""
        generator, images = generator_of(self.seed, epoch), self.task.splits["train"]
        size = self.training.batch_size
        order = passes(len(images), size * self.training.steps_per_epoch, generator)
        turns = torch.randint(4, (len(order),), generator=generator)
        for chosen, quarters in zip(order.split(size), turns.split(size), strict=True):
            batch = images.part(chosen.to(self.task.device))
            if self.variant.augment == "c4":
                batch = replace(batch, inputs=self.task.inputs.act_each(batch.inputs, quarters))
            yield batch


RECIPE = ClassifyImagesRecipe
