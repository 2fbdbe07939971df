"""What a measure looks at: a network at one checkpoint, its task, and its answers on a test split."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch

from equidyn.models.stack import ConvStack
from equidyn.training.rollout import Rollout, Windows


@dataclass(frozen=True)
class Subject:
    """A network in eval mode and float32, with the test windows, which do not overlap.

    weight_decay: of its training, where weight_decay ||w||^2 / 2 is added to the loss. split: the test split looked
    at; None: the first.
    """

    network: ConvStack
    task: Rollout
    weight_decay: float = 0.0
    split: str | None = None

    @cached_property
    def windows(self) -> Windows:
        """Test windows, disjoint in their predicted frames."""
        steps = self.task.settings.test_steps
        starts = self.task.starts(self.split or self.task.tests[0], steps, stride=steps)
        return self.task.windows(starts, steps)

    @cached_property
    def prediction(self) -> torch.Tensor:
        """Rollouts over the test windows, (step, window, 2, y, x)."""
        return self._answers(0)

    @cached_property
    def orbit(self) -> torch.Tensor:
        """Rollouts of the four turned questions, (4, step, window, 2, y, x); element 0 is the prediction."""
        return torch.stack([self.prediction, *(self._answers(turns) for turns in (1, 2, 3))])

    def on(self, split: str) -> "Subject":
        """The same network on another test split."""
        return self if split == (self.split or self.task.tests[0]) else replace(self, split=split)

    def sample(self, split: str, count: int, steps: int) -> Windows:
        """`count` windows of `steps` steps (all, if there are fewer) spread evenly over a split."""
        return self.task.spread(split, count, steps)

    def _answers(self, turns: int) -> torch.Tensor:
        return self.task.answers(self.network, self.windows.inputs, self.task.settings.test_steps, turns)
