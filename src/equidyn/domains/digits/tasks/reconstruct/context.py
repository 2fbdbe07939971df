"""A network of the task reconstruct, and its errors on the test images, upright and turned."""

from dataclasses import dataclass
from functools import cached_property

import torch

from equidyn.core.measures.context import EvaluationContext
from equidyn.domains.digits.models.autoencoder_base import AutoEncoder
from equidyn.domains.digits.tasks.reconstruct.task import Reconstruct

CHUNK = 2000  # images in a network at a time
SHOWN = 6  # test images in the report's pictures
STEPS = (-2, -1, 0, 1, 2)  # standard deviations by which a latent is moved in them


@dataclass(frozen=True)
class ReconstructContext(EvaluationContext):
    """An auto-encoder with the test images."""

    network: AutoEncoder
    task: Reconstruct

    @property
    def test(self) -> torch.Tensor:
        """All test images, (image, side, side)."""
        return self.task.splits[self.task.tests[0]].inputs

    @cached_property
    def errors(self) -> torch.Tensor:
        """Mean square over pixels of each test image at each quarter turn, (4, image) float64.

        The network's float32 is enough for comparing turns: its round-off differs from pixel to pixel, and its sum
        over a test set is far below the 1e-6 that matters (tests/unit/test_reconstruct.py).
        """
        return torch.stack([self.errors_on(self.task.inputs.act(self.test, turns)) for turns in range(4)])

    def errors_on(self, images: torch.Tensor) -> torch.Tensor:
        """Mean square over pixels of what the network changes in each of images (image, side, side), float64."""
        gaps = (self.predictions(part).double() - part for part in images.split(CHUNK))
        return torch.cat([gap.square().mean((1, 2)) for gap in gaps])

    def predictions(self, images: torch.Tensor) -> torch.Tensor:
        """Reconstructions of images (image, side, side), without gradients."""
        with torch.no_grad():
            return self.network(images)

    def attention(self) -> torch.Tensor | None:
        """Weights over the orbit of each test image, (image, 4) float64; None for a network without attention."""
        return self._attention(self.test)

    def example(self) -> dict[str, torch.Tensor]:
        """Test images of different digits upright and turned, their reconstructions, and a walk through the latents."""
        images = self.test[self._of_different_digits()]
        turned = torch.stack([self.task.inputs.act(images, turns) for turns in (1, 2, 3)], dim=1)
        predictions = {
            "inputs": images,
            "upright": self.predictions(images),
            "turned_inputs": turned,
            "turned": self.predictions(turned.flatten(0, 1)).view_as(turned),
            "traversal": self._traversal(images[:1]),
        }
        weights = self._attention(images)
        return predictions if weights is None else predictions | {"attention": weights}

    def _attention(self, images: torch.Tensor) -> torch.Tensor | None:
        if not hasattr(self.network, "attention"):
            return None
        with torch.no_grad():
            return torch.cat([self.network.attention(part) for part in images.split(CHUNK)]).double()

    def _of_different_digits(self) -> list[int]:
        """The first test image of each digit, in the order in which digits come up; at most SHOWN."""
        first: dict[int, int] = {}
        for index, digit in enumerate(self.task.test_labels.tolist()):
            first.setdefault(digit, index)
        return list(first.values())[:SHOWN]

    def _traversal(self, image: torch.Tensor) -> torch.Tensor:
        """An image (1, side, side) decoded with one latent moved: (latent, step, side, side)."""
        with torch.no_grad():
            spread = torch.cat([self.network.encode(part) for part in self.test.split(CHUNK)]).std(0, correction=0)
            steps = torch.tensor(STEPS, dtype=spread.dtype, device=spread.device)
            latents = self.network.encode(image) + steps[:, None] * spread.diag()[:, None]
            return self.network.decode(latents.flatten(0, 1)).unflatten(0, latents.shape[:2])


CONTEXT = ReconstructContext
