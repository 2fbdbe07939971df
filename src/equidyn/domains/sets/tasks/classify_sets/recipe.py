"""How a variant is trained to classify: on samples that stay the same, or are drawn anew each epoch."""

import torch

from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.draws import generator_of, passes
from equidyn.core.training.labelled import LabelledRecipe, Samples
from equidyn.domains.sets.source.gaussian_draws import Draws, fresh
from equidyn.domains.sets.tasks.classify_sets.task import ClassifySets


class ClassifySetsRecipe(LabelledRecipe):
    """Shuffled passes over the training samples, each with its points in a random order if that augments the data."""

    def __init__(self, task: ClassifySets, variant: Variant, training: Training, seed: int) -> None:
        super().__init__(task, variant, training, seed)
        self.draws = Draws.from_json(task.attributes["draws"]) if task.attributes.get("draws") else None

    def batches(self, epoch: int) -> list[Samples]:
        """The epoch's samples."""
        generator = generator_of(self.seed, epoch)
        samples = self._samples(epoch)
        order = passes(len(samples), self.training.batch_size * self.training.steps_per_epoch, generator)
        inputs = samples.inputs[order]
        if self.variant.augment == "permutations":
            inputs = shuffled(inputs, generator)
        parts = (part.split(self.training.batch_size) for part in (inputs, samples.labels[order]))
        return [Samples(*pair) for pair in zip(*parts, strict=True)]

    def _samples(self, epoch: int) -> Samples:
        static = self.task.splits["train"]
        if self.draws is None:
            return static
        return self.task.placed(*fresh(self.draws, self.seed, epoch, len(static)))


def shuffled(sets: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Each set with its points in an order of its own, uniform over S_n; sets: (sample, points, dimensions)."""
    order = torch.rand(sets.shape[:2], generator=generator).argsort(dim=1).to(sets.device)
    return sets.gather(1, order[..., None].expand_as(sets))


RECIPE = ClassifySetsRecipe
