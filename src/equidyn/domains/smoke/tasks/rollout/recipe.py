"""How a variant is trained on rollouts: random windows, turned or not, with or without a penalty on broken symmetry."""

from collections.abc import Sequence

import torch

from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.draws import generator_of, passes
from equidyn.core.training.task import TrainingRecipe
from equidyn.domains.smoke.tasks.rollout.soft import broken_symmetry
from equidyn.domains.smoke.tasks.rollout.task import Rollout, Windows
from equidyn.domains.smoke.tasks.rollout.validation import validate
from equidyn.grids.stack import ConvStack


class RolloutRecipe(TrainingRecipe):
    """Random windows of the training split.

    A batch is (window, 4): simulation, first frame, quarter turns of the augmentation, and those of the penalty on
    broken symmetry (1 to 3, the same in a batch; domains/smoke/tasks/rollout/soft.py).
    """

    columns = ("train_loss", "equivariance_penalty")
    score = "validation_rmse"

    def __init__(self, task: Rollout, variant: Variant, training: Training, seed: int) -> None:
        self.task, self.variant, self.training, self.seed = task, variant, training, seed
        self.starts = task.starts("train", task.settings.train_steps)
        self.validation = task.sample("validation", training.validation_samples, task.settings.test_steps)

    def batches(self, epoch: int) -> list[torch.Tensor]:
        """The epoch's windows, turns and probes."""
        generator = generator_of(self.seed, epoch)
        size, steps = self.training.batch_size, self.training.steps_per_epoch
        drawn = self.starts[passes(len(self.starts), size * steps, generator)]
        turns = torch.randint(4, (len(drawn), 1), generator=generator)
        probes = torch.randint(1, 4, (steps, 1), generator=generator).repeat_interleave(size, dim=0)
        return list(torch.cat([drawn, turns, probes], dim=1).split(size))

    def loss(self, network: ConvStack, batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Summed error of the rollout and the weighted broken symmetry of its first step; both without weights."""
        windows, penalty = self._window(batch), self.variant.equivariance_penalty
        broken = torch.zeros((), device=self.task.device)
        predicted = self.task.unroll(network, windows.inputs, len(windows.targets))
        loss = self.task.summed_error(predicted, windows.targets)
        if penalty:
            broken = broken_symmetry(self.task, network, windows.inputs, predicted[0], int(batch[0, 3]))
        return loss + penalty * broken, torch.stack([loss, broken]).detach()

    def recorded(self, means: Sequence[float] | None) -> dict[str, float | None]:
        """The loss without penalties, and the mean broken symmetry if it is penalised."""
        loss, broken = means or (None, None)
        return {"train_loss": loss, "equivariance_penalty": broken if self.variant.equivariance_penalty else None}

    def validate(self, network: ConvStack) -> dict[str, float]:
        """On fixed windows of the validation split (validation.py)."""
        return validate(network, self.task, self.validation)

    def _window(self, batch: torch.Tensor) -> Windows:
        windows = self.task.windows(batch[:, :2], self.task.settings.train_steps)
        if self.variant.augment == "none":
            return windows
        return windows.turned(batch[:, 2], self.task.inputs, self.task.outputs)


RECIPE = RolloutRecipe
