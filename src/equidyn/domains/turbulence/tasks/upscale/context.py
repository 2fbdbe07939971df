"""A network of the task upscale, and its predictions on the test split, as it lies and turned."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.domains.turbulence.tasks.upscale.task import Boxes, Upscale
from equidyn.grids.context import GridContext
from equidyn.grids.interpolation import upsampled
from equidyn.grids.upscaler import Upscaler
from equidyn.symmetry.fields import BoxType


@dataclass(frozen=True)
class UpscaleContext(GridContext):
    """A network with the test samples."""

    network: Upscaler
    task: Upscale

    @property
    def test(self) -> Boxes:
        """All test samples."""
        return self.task.splits[self.task.tests[0]]

    @cached_property
    def prediction(self) -> torch.Tensor:
        """Answers on the test samples, (sample, 3, Z, Y, X)."""
        return self.task.predictions(self.network, self.test.inputs)

    @cached_property
    def trilinear(self) -> torch.Tensor:
        """Trilinear interpolation of the middle coarse frames, (sample, 3, Z, Y, X): what networks are held against."""
        factor, periodic = self.task.outputs.refinement, self.task.outputs.periodic
        return torch.cat([upsampled(frame, factor, periodic) for frame in self.test.middle.split(1)])

    def sample(self, samples: int) -> Boxes:
        """So many test samples (all, if there are fewer), spread evenly: those that `orbit` turns."""
        return self.task.sample(self.task.tests[0], samples, 1)

    def orbit(self, samples: int) -> torch.Tensor:
        """Answers to the 24 turned inputs, (24, sample, 3, Z, Y, X); element 0 is as they lie."""
        if samples not in self._orbits:
            self._orbits[samples] = self._orbit(samples, self.task.inputs)
        return self._orbits[samples]

    def orbit_as_scalars(self, samples: int) -> torch.Tensor:
        """The same for inputs whose voxels are moved, but whose components are left as they are."""
        return self._orbit(samples, self.task.inputs.as_scalars())

    def example(self) -> dict[str, torch.Tensor]:
        """The slice half way up one test sample: the liveliest, the same for every variant of a dataset.

        truth, prediction, trilinear: (3, Y, X); input: (3, y, x), the coarse slice that holds it.
        """
        shown = torch.stack([field.square().mean() for field in self.test.targets]).argmax()
        height = self.test.targets.shape[-3] // 2
        return {
            "input": self.test.middle[shown, :, height // self.task.outputs.refinement],
            "truth": self.test.targets[shown, :, height],
            "prediction": self.prediction[shown, :, height],
            "trilinear": self.trilinear[shown, :, height],
        }

    @cached_property
    def _orbits(self) -> dict[int, torch.Tensor]:
        """Orbits by number of samples: several measures look at the same."""
        return {}

    def _orbit(self, samples: int, kind: BoxType) -> torch.Tensor:
        inputs = self.sample(samples).inputs
        return torch.stack(
            [self.task.predictions(self.network, kind.act(inputs, element)) for element in range(kind.order)]
        )


CONTEXT = UpscaleContext
