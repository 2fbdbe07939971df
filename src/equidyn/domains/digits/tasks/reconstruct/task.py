"""The task reconstruct: to give an image back through few numbers."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from equidyn.core.data.labelled import Labelled
from equidyn.core.models.network import Network
from equidyn.core.training.task import Batch, Task
from equidyn.domains.digits.params import DigitsSource, ReconstructTask
from equidyn.symmetry.images import ImageType


@dataclass(frozen=True)
class Images(Batch):
    """inputs: (image, side, side), inputs and targets in one."""

    inputs: torch.Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, chosen: slice) -> "Images":
        """Some of the images."""
        return Images(self.inputs[chosen])


class Reconstruct(Task):
    """Images, and the mean square of what an auto-encoder changes in them.

    float32 throughout: these products of matrices are too small to gain by narrower numbers.
    test_labels: (image,) int64, which digit each test image shows; only for choosing pictures.
    """

    tests = ("test",)

    def __init__(self, settings: ReconstructTask, dataset: Labelled, device: torch.device) -> None:
        self.settings, self.device, self.attributes = settings, device, dataset.attributes
        self.inputs, self.outputs = reconstruct_types(dataset.inputs.shape[-1])
        self.splits = {name: Images(torch.from_numpy(dataset.of(name)[0]).to(device)) for name in dataset.splits}
        self.test_labels = torch.from_numpy(dataset.of(self.tests[0])[1]).to(device)

    def sample(self, split: str, count: int, steps: int = 1) -> Images:
        """The first `count` images (all, if there are fewer)."""
        return self.splits[split].part(slice(0, count))

    def loss(self, network: Network, batch: Images) -> torch.Tensor:
        """Mean square over images and pixels of what the network changes."""
        return functional.mse_loss(network(batch.inputs), batch.inputs)


def reconstruct_types(side: int) -> tuple[ImageType, ImageType]:
    """From an image to the same image."""
    return ImageType(side), ImageType(side)


def io_types(task: ReconstructTask, source: DigitsSource) -> tuple[Any, Any]:
    """Types of the inputs and outputs of the networks of a study."""
    return reconstruct_types(source.side)


TASK, DATASET = Reconstruct, Labelled
