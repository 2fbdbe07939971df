"""How a variant is trained on rollouts: random windows, each turned by its own quarter turns or not."""

import torch

from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.draws import generator_of, passes
from equidyn.domains.smoke.tasks.rollout.task import Rollout, Windows
from equidyn.domains.smoke.tasks.rollout.validation import validate
from equidyn.grids.stack import ConvStack
from equidyn.grids.task import GridRecipe


class RolloutRecipe(GridRecipe):
    """Random windows of the training split.

    A batch is (window, 3): simulation, first frame, and quarter turns of the augmentation.
    """

    score = "validation_rmse"

    def __init__(self, task: Rollout, variant: Variant, training: Training, seed: int) -> None:
        super().__init__(task, variant, training, seed)
        self.starts = task.starts("train", task.settings.train_steps)
        self.validation = task.sample("validation", training.validation_samples, task.settings.test_steps)

    def batches(self, epoch: int) -> list[torch.Tensor]:
        """The epoch's windows and turns."""
        generator = generator_of(self.seed, epoch)
        size, steps = self.training.batch_size, self.training.steps_per_epoch
        drawn = self.starts[passes(len(self.starts), size * steps, generator)]
        turns = torch.randint(4, (len(drawn), 1), generator=generator)
        return list(torch.cat([drawn, turns], dim=1).split(size))

    def validate(self, network: ConvStack) -> dict[str, float]:
        """On fixed windows of the validation split (validation.py)."""
        return validate(network, self.task, self.validation)

    def samples(self, batch: torch.Tensor) -> Windows:
        """The windows, turned if they are to be."""
        windows = self.task.windows(batch[:, :2], self.task.settings.train_steps)
        if self.variant.augment == "none":
            return windows
        return windows.turned(batch[:, 2], self.task.inputs, self.task.outputs)


RECIPE = RolloutRecipe
