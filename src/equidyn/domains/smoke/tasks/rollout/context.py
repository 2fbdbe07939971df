"""A network of the task rollout, and its predictions on a test split."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch

from equidyn.domains.smoke.tasks.rollout.task import Rollout, Windows
from equidyn.grids.context import GridContext
from equidyn.grids.stack import ConvStack


@dataclass(frozen=True)
class RolloutContext(GridContext):
    """A network with the test windows, which do not overlap. chosen: the test split looked at; None: the first."""

    network: ConvStack
    task: Rollout
    chosen: str | None = None

    @property
    def split(self) -> str:
        """Name of the test split that is looked at."""
        return self.chosen or self.task.tests[0]

    @cached_property
    def windows(self) -> Windows:
        """Test windows, disjoint in their predicted frames."""
        steps = self.task.settings.test_steps
        return self.task.windows(self.task.starts(self.split, steps, stride=steps), steps)

    @cached_property
    def prediction(self) -> torch.Tensor:
        """Rollouts over the test windows, (step, window, 2, y, x)."""
        return self._answers(0)

    @cached_property
    def orbit(self) -> torch.Tensor:
        """Rollouts of the four turned inputs, (4, step, window, 2, y, x); element 0 is the prediction."""
        return torch.stack([self.prediction, *(self._answers(turns) for turns in (1, 2, 3))])

    def on(self, split: str) -> "RolloutContext":
        """The same network on another test split."""
        return self if split == self.split else replace(self, chosen=split)

    def sample(self, count: int, steps: int) -> Windows:
        """`count` windows of `steps` steps (all, if there are fewer) spread evenly over the test split."""
        return self.task.sample(self.split, count, steps)

    def example(self) -> dict[str, torch.Tensor]:
        """One test window for the report's pictures: the liveliest, the same for every variant of a dataset."""
        targets = self.windows.targets
        shown = targets.square().mean((0, 2, 3, 4)).argmax()
        return {
            "start": self.windows.inputs[shown, -2:],
            "truth": targets[:, shown],
            "prediction": self.prediction[:, shown],
        }

    def _answers(self, turns: int) -> torch.Tensor:
        return self.task.predictions(self.network, self.windows.inputs, self.task.settings.test_steps, turns)


CONTEXT = RolloutContext
