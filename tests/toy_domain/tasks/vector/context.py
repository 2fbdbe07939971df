"""A network that tells vectors, and its answers on the test clouds."""

from dataclasses import dataclass

import torch

from equidyn.core.measures.context import EvaluationContext
from toy_domain.tasks.vector.task import Samples, Vector


@dataclass(frozen=True)
class VectorContext(EvaluationContext):
    """A network with the test clouds."""

    task: Vector

    @property
    def test(self) -> Samples:
        """All test clouds."""
        return self.task.splits["test"]

    def predictions(self, clouds: torch.Tensor) -> torch.Tensor:
        """Vectors (sample, 1, 3) of clouds (sample, point, 3), without gradients."""
        with torch.no_grad():
            return self.network(clouds)

    def example(self) -> dict[str, torch.Tensor]:
        """One cloud's vector."""
        return {"truth": self.test.targets[:1], "prediction": self.predictions(self.test.inputs[:1])}


CONTEXT = VectorContext
