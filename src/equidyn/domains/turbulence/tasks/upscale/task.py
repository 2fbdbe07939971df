"""The task upscale: from coarse velocity fields in a box, the fine one at their middle time."""

from copy import copy
from typing import Any

import torch
from torch.nn import functional

from equidyn.core.models.network import Network
from equidyn.core.training.draws import spread
from equidyn.domains.turbulence.params import TurbulenceSource, UpscaleTask
from equidyn.domains.turbulence.source.volumes import Volumes
from equidyn.grids.task import GridBatch, GridTask
from equidyn.grids.upscaler import middle_frame
from equidyn.symmetry.fields import BoxType
from equidyn.symmetry.groups import CUBE

CHUNK = 1  # samples in a network at a time outside of training: the activations of one may take 1 GB


class Boxes(GridBatch):
    """inputs: (sample, 3 * context, z, y, x), coarse frames, oldest first; targets: (sample, 3, Z, Y, X), fine ones.

    Both in units of the rms component of the fine velocity in all training data (Upscale.rms).
    """

    @property
    def middle(self) -> torch.Tensor:
        """The coarse frame at the time of the fine one, (sample, 3, z, y, x)."""
        return middle_frame(self.inputs)


class Upscale(GridTask):
    """Coarse and fine boxes in memory, and the error of a network's fine fields.

    rms: root mean square velocity component of the fine fields in the training splits of all seeds [length / time]; all
    fields are divided by it (by 1 if it is 0). The box repeats, unless it was cut out of a larger one.
    """

    mixed = True
    tests = ("test",)

    def __init__(self, settings: UpscaleTask, dataset: Volumes, device: torch.device) -> None:
        self.settings, self.device, self.attributes = settings, device, dataset.attributes
        frames, factor = dataset.coarse.shape[1], dataset.fine.shape[-1] // dataset.coarse.shape[-1]
        periodic = dataset.attributes["checks"].get("periodic", True)
        self.inputs, self.outputs = upscale_types(frames, factor, periodic)
        self.rms = dataset.unit
        self.splits = {name: self._placed(*map(torch.from_numpy, dataset.of(name))) for name in dataset.splits}

    def sample(self, split: str, count: int, steps: int = 1) -> Boxes:
        """`count` samples (all, if there are fewer) spread evenly over a split."""
        boxes = self.splits[split]
        return boxes.part(spread(len(boxes), count).to(self.device))

    def answers(self, network: Network, batch: Boxes) -> torch.Tensor:
        """Fine fields."""
        return network(batch.inputs).to(batch.targets.dtype)

    def error(self, answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Mean over samples, components and voxels of the absolute error, or of its square, as the settings say."""
        error = {"mae": functional.l1_loss, "mse": functional.mse_loss}[self.settings.loss]
        return error(answers, targets)

    def smoothed(self) -> "Upscale":
        """The same task with the mean square as its loss, whose curvature its second derivatives tell.

        A mean of absolute errors curves where errors change sign, which is where it has no second derivative; what
        derivatives find elsewhere is not it. Largest eigenvalue of the Hessian of a trained `gcnn` (12^3 voxels,
        float64): 4 by derivatives, 470 by differences of gradients over steps of 0.01; of the mean square 584 by both.
        """
        smooth = copy(self)
        smooth.settings = self.settings.model_copy(update={"loss": "mse"})
        return smooth

    def predictions(self, network: Network, inputs: torch.Tensor) -> torch.Tensor:
        """Fine fields (sample, 3, Z, Y, X) of coarse ones (sample, 3 * context, z, y, x), without gradients."""
        with torch.no_grad():
            return torch.cat([network(part) for part in inputs.split(CHUNK)])

    def _placed(self, coarse: torch.Tensor, fine: torch.Tensor) -> Boxes:
        return Boxes((coarse.flatten(1, 2) / self.rms).to(self.device), (fine / self.rms).to(self.device))


def errors(predicted: torch.Tensor, targets: torch.Tensor) -> dict[str, float]:
    """mae and rmse over all samples, components and voxels of fields (sample, 3, Z, Y, X), added up in float64."""
    gaps = [(answer - target).double() for answer, target in zip(predicted, targets, strict=True)]
    absolute = torch.stack([gap.abs().mean() for gap in gaps]).mean()
    square = torch.stack([gap.square().mean() for gap in gaps]).mean()
    return {"mae": absolute.item(), "rmse": square.sqrt().item()}


def upscale_types(frames: int, factor: int, periodic: bool = True) -> tuple[BoxType, BoxType]:
    """From so many coarse velocity fields to the middle one of them on a grid `factor` times as fine."""
    return BoxType(CUBE, "vector", frames, 1, periodic), BoxType(CUBE, "vector", 1, factor, periodic)


def io_types(task: UpscaleTask, source: TurbulenceSource) -> tuple[Any, Any]:
    """Types of the inputs and outputs of the networks of a study."""
    return upscale_types(source.context, source.factor, getattr(source, "periodic", True))


TASK, DATASET = Upscale, Volumes
