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
    def orbit(self) -> torch.Tensor:
        """Rollouts of the four turned questions, (4, step, window, 2, y, x); element 0 is the plain rollout."""
        return self.task.orbit(self.network, self.windows.inputs, self.task.settings.test_steps)
