"""How a variant is trained to upscale: shuffled passes over the samples, each turned by its own rotation or not."""

from collections.abc import Iterator

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.draws import generator_of, passes
from equidyn.domains.turbulence.tasks.upscale.task import Boxes, Upscale, errors
from equidyn.grids.task import GridRecipe


class UpscaleRecipe(GridRecipe):
    """Shuffled passes over the training samples; augment: cube turns each by its own random rotation of the cube."""

    score = "validation_mae"

    def __init__(self, task: Upscale, variant: Variant, training: Training, seed: int) -> None:
        super().__init__(task, variant, training, seed)
        self.validation = task.sample("validation", training.validation_samples)

    def batches(self, epoch: int) -> Iterator[Boxes]:
        """The epoch's samples, each batch gathered and turned when it is asked for, so that only one is held."""
        generator, boxes = generator_of(self.seed, epoch), self.task.splits["train"]
        size = self.training.batch_size
        order = passes(len(boxes), size * self.training.steps_per_epoch, generator)
        elements = torch.randint(self.task.inputs.order, (len(order),), generator=generator)
        for chosen, drawn in zip(order.split(size), elements.split(size), strict=True):
            batch = boxes.part(chosen.to(self.task.device))
            turned = self.variant.augment == "cube"
            yield batch.turned(drawn, self.task.inputs, self.task.outputs) if turned else batch

    def validate(self, network: Network) -> dict[str, float]:
        """Errors on fixed samples of the validation split, as they lie; float32."""
        found = errors(self.task.predictions(network, self.validation.inputs), self.validation.targets)
        return {f"validation_{name}": value for name, value in found.items()}


RECIPE = UpscaleRecipe
