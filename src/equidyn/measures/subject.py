"""What a measure looks at: a network at one checkpoint, its task, and its answers on the test split."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.models.stack import ConvStack
from equidyn.training.rollout import Rollout, Windows


@dataclass(frozen=True)
class Subject:
    """A network in eval mode and float32, with the test windows, which do not overlap."""

    network: ConvStack
    task: Rollout

    @cached_property
    def windows(self) -> Windows:
        """Test windows, disjoint in their predicted frames."""
        steps = self.task.settings.test_steps
        return self.task.windows(self.task.starts("test", steps, stride=steps), steps)

    @cached_property
    def prediction(self) -> torch.Tensor:
        """Rollouts over the test windows, (step, window, 2, y, x)."""
        return self._answers(0)

    @cached_property
    def orbit(self) -> torch.Tensor:
        """Rollouts of the four turned questions, (4, step, window, 2, y, x); element 0 is the prediction."""
        return torch.stack([self.prediction, *(self._answers(turns) for turns in (1, 2, 3))])

    def _answers(self, turns: int) -> torch.Tensor:
        return self.task.answers(self.network, self.windows.inputs, self.task.settings.test_steps, turns)
