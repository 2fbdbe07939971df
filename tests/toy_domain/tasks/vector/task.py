"""The task vector: from a cloud of points, a vector that turns with it."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from equidyn.core.models.network import Network
from equidyn.core.training.task import Batch, Task
from equidyn.symmetry.points import PointType
from toy_domain.params import PointsSource, VectorTask
from toy_domain.source.points import Clouds


@dataclass(frozen=True)
class Samples(Batch):
    """inputs: (sample, point, 3); targets: (sample, 1, 3)."""

    inputs: torch.Tensor
    targets: torch.Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, chosen: slice | torch.Tensor) -> "Samples":
        """Some of the clouds."""
        return Samples(self.inputs[chosen], self.targets[chosen])


class Vector(Task):
    """Clouds, and the mean square error of a network's vectors."""

    tests = ("test",)

    def __init__(self, settings: VectorTask, dataset: Clouds, device: torch.device) -> None:
        self.settings, self.device, self.attributes = settings, device, dataset.attributes
        self.inputs, self.outputs = vector_types(dataset.points.shape[1])
        whole = Samples(torch.from_numpy(dataset.points), torch.from_numpy(dataset.vectors)[:, None])
        self.splits = {name: whole.part(torch.from_numpy(dataset.rows(name))) for name in dataset.splits}

    def sample(self, split: str, count: int, steps: int = 1) -> Samples:
        """The first `count` clouds."""
        return self.splits[split].part(slice(0, count))

    def loss(self, network: Network, batch: Samples) -> torch.Tensor:
        """Mean square over clouds and components."""
        return functional.mse_loss(network(batch.inputs), batch.targets)


def vector_types(points: int) -> tuple[PointType, PointType]:
    """From a cloud to one vector."""
    return PointType(points), PointType(1)


def io_types(task: VectorTask, source: PointsSource) -> tuple[PointType, PointType]:
    """Types of the inputs and outputs of the networks of a study."""
    return vector_types(source.points)


TASK, DATASET = Vector, Clouds
