"""What tasks on grids have in common: samples that a group turns with their targets, and how networks answer them."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.training import Training
from equidyn.core.params.variant import Variant
from equidyn.core.training.task import Batch, Task, TrainingRecipe
from equidyn.symmetry.fields import FieldType


@dataclass(frozen=True)
class GridBatch(Batch):
    """inputs: (sample, channels, y, x), or with an axis z; targets: the same with their own channels and grid.

    axis: that of the samples in targets: 0, or 1 behind the steps of a rollout.
    """

    inputs: torch.Tensor
    targets: torch.Tensor

    axis: ClassVar[int] = 0

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, chosen: slice | torch.Tensor) -> Self:
        """Some of the samples."""
        return type(self)(self.inputs[chosen], self.targets[(slice(None),) * self.axis + (chosen,)])

    def turned(self, elements: torch.Tensor, inputs: FieldType, outputs: FieldType) -> Self:
        """Each sample turned by its own group element, elements: (sample,), on the CPU."""
        return type(self)(turned(self.inputs, elements, inputs), turned(self.targets, elements, outputs))

    def with_turned(self, elements: torch.Tensor, inputs: FieldType, outputs: FieldType) -> Self:
        """The samples, and behind them the same turned."""
        other = self.turned(elements, inputs, outputs)
        return type(self)(
            torch.cat([self.inputs, other.inputs]), torch.cat([self.targets, other.targets], dim=self.axis)
        )

    def begun(self, fields: torch.Tensor) -> torch.Tensor:
        """Of fields in the shape of targets the first step of a rollout, in the same shape; without steps all."""
        return fields[:1] if self.axis else fields

    def first_step(self) -> Self:
        """The same samples with the targets of the first step alone."""
        return type(self)(self.inputs, self.begun(self.targets))


class GridTask(Task):
    """A task whose networks map fields of type `inputs` to fields of type `outputs`."""

    inputs: FieldType
    outputs: FieldType

    @abstractmethod
    def answers(self, network: Network, batch: GridBatch) -> torch.Tensor:
        """What a network makes of the inputs, in the shape and precision of the targets; differentiable."""

    @abstractmethod
    def error(self, answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """How far answers are from targets: a mean over samples."""

    def loss(self, network: Network, batch: GridBatch) -> torch.Tensor:
        """The error of the network's answers."""
        return self.error(self.answers(network, batch), batch.targets)


class GridRecipe(TrainingRecipe):
    """How a variant is trained on such a task: what a treatment (grids/treatments/) is put around."""

    task: GridTask
    columns = ("train_loss",)

    def __init__(self, task: GridTask, variant: Variant, training: Training, seed: int) -> None:
        self.task, self.variant, self.training, self.seed = task, variant, training, seed

    def samples(self, batch: GridBatch | torch.Tensor) -> GridBatch:
        """What one of `batches` stands for, if that is not what it is."""
        return batch

    def loss(self, network: Network, batch: GridBatch | torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The task's."""
        loss = self.task.loss(network, self.samples(batch))
        return loss, loss.detach()[None]


def turned(fields: torch.Tensor, elements: torch.Tensor, kind: FieldType) -> torch.Tensor:
    """Fields (..., sample, channels, y, x), or with an axis z, each sample moved by its own element, (sample,).

    elements lie on the CPU; differentiable.
    """
    axis = fields.dim() - kind.group.dimension - 2
    places = [(element, (elements == element).nonzero().flatten()) for element in elements.unique().tolist()]
    parts = [kind.act(fields.index_select(axis, where.to(fields.device)), element) for element, where in places]
    order = torch.cat([where for _, where in places]).argsort()
    return torch.cat(parts, dim=axis).index_select(axis, order.to(fields.device))
