"""The task rollout: from the last frames of a velocity field predict the next, again and again ([W22], section 5)."""

from typing import Any

import torch

from equidyn.core.errors import EquidynError
from equidyn.domains.smoke.params.rollout import RolloutTask
from equidyn.domains.smoke.source.fields import Fields
from equidyn.grids.stack import ConvStack
from equidyn.grids.task import GridBatch, GridTask
from equidyn.symmetry.fields import FieldType
from equidyn.symmetry.groups import C4


class Windows(GridBatch):
    """Inputs and targets cut from simulations.

    inputs: (window, input_frames * 2, y, x), oldest frame first; targets: (step, window, 2, y, x); both in units of
    the rms velocity component of all training data (Rollout.rms).
    """

    axis = 1


class Rollout(GridTask):
    """Cuts windows from a dataset, runs a network over them, and scores it.

    rms: the unit of all fields, the root mean square component of the training splits of all seeds; 1 if that is 0.
    """

    mixed = True

    def __init__(self, settings: RolloutTask, dataset: Fields, device: torch.device) -> None:
        self.settings, self.device = settings, device
        self.loss_steps = settings.train_steps
        self.inputs, self.outputs = rollout_types(settings.input_frames)
        self.splits, self.ranges = dataset.splits, dataset.ranges
        self.rms = dataset.unit
        self.velocity = (torch.from_numpy(dataset.velocity) / self.rms).to(device)

    @property
    def tests(self) -> tuple[str, ...]:
        """The test splits; the first is the principal one."""
        return tuple(name for name in self.splits if name not in ("train", "validation"))

    def starts(self, split: str, steps: int, stride: int = 1) -> torch.Tensor:
        """All windows of a split that fit in its frames: (window, 2) of simulation and first frame."""
        length = self.settings.input_frames + steps
        found = [
            (simulation, start)
            for simulation, (first, stop) in enumerate(self.ranges[:, self.splits.index(split)].tolist())
            for start in range(first, stop - length + 1, stride)
        ]
        if not found:
            raise EquidynError(f"the {split} split has no window of {length} frames; see source.split and task")
        return torch.tensor(found)

    def windows(self, starts: torch.Tensor, steps: int) -> Windows:
        """Cut the windows that begin at `starts` (window, 2)."""
        frames = self.settings.input_frames
        time = starts[:, 1:] + torch.arange(frames + steps)
        cut = self.velocity[starts[:, :1], time]
        return Windows(cut[:, :frames].flatten(1, 2), cut[:, frames:].transpose(0, 1))

    def sample(self, split: str, count: int, steps: int) -> Windows:
        """`count` windows (all, if there are fewer) spread evenly over a split's simulations and times."""
        starts = self.starts(split, steps)
        chosen = torch.linspace(0, len(starts) - 1, min(count, len(starts))).round().long()
        return self.windows(starts[chosen], steps)

    def unroll(self, network: ConvStack, inputs: torch.Tensor, steps: int) -> torch.Tensor:
        """Autoregressive prediction: (window, frames * 2, y, x) -> (step, window, 2, y, x) in float32 or wider."""
        filters = network.filters()  # once, not once per step: the weights do not change within a rollout
        predictions = []
        for _ in range(steps):
            answer = network(inputs, filters).to(inputs.dtype)
            frame = inputs[:, -2:] + answer if self.settings.residual else answer
            predictions.append(frame)
            inputs = torch.cat([inputs[:, 2:], frame], dim=1)
        return torch.stack(predictions)

    def answers(self, network: ConvStack, batch: Windows) -> torch.Tensor:
        """A rollout over the steps of the targets."""
        return self.unroll(network, batch.inputs, len(batch.targets))

    def error(self, answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Sum over the rollout's steps of the mean squared error, as published."""
        return (answers - targets).square().mean((1, 2, 3, 4)).sum()

    def predictions(self, network: ConvStack, inputs: torch.Tensor, steps: int, turns: int) -> torch.Tensor:
        """Rollouts of the inputs after `turns` quarter turns, (step, window, 2, y, x), without gradients."""
        with torch.no_grad():
            return self.unroll(network, self.inputs.act(inputs, turns), steps)

    def orbit(self, network: ConvStack, inputs: torch.Tensor, steps: int) -> torch.Tensor:
        """Rollouts of the four turned inputs, (4, step, window, 2, y, x), without gradients."""
        return torch.stack([self.predictions(network, inputs, steps, turns) for turns in range(4)])


def rollout_types(frames: int) -> tuple[FieldType, FieldType]:
    """From so many velocity fields to the next one."""
    return FieldType(C4, "vector", frames), FieldType(C4, "vector", 1)


def io_types(task: RolloutTask, source: Any) -> tuple[Any, Any]:
    """Types of the inputs and outputs of the networks of a study."""
    return rollout_types(task.input_frames)


TASK, DATASET = Rollout, Fields
