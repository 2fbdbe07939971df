"""remul: a L(f(x), y) + b L(f(g x), g y), one random g per sample: augmentation with a weight.

REMUL: Elhag et al. 2024 (arXiv 2410.17878), with constant weights a = 1 and b, or gradual ones (gradual.py).
"""

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.types import NonNegativeFloat
from equidyn.grids.task import GridBatch, GridRecipe
from equidyn.grids.treatments.gradual import Gradual
from equidyn.grids.treatments.treated import Treated


class Remul(Treated):
    """weights: (a, b). Samples and turned samples are one batch for the network, and for its norms."""

    def __init__(self, recipe: GridRecipe, weights: tuple[float, float]) -> None:
        super().__init__(recipe)
        self.weights = weights

    def terms(
        self, network: Network, samples: GridBatch, elements: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The term is the loss on the turned samples."""
        both = samples.with_turned(elements, self.task.inputs, self.task.outputs)
        fields = (self.task.answers(network, both), both.targets)
        halves = zip(*(field.split(len(samples), dim=samples.axis) for field in fields), strict=True)
        loss, turned = (self.task.error(*half) for half in halves)
        return self.weights[0] * loss + self.weights[1] * turned, loss, turned


def treat(recipe: GridRecipe, *, weight: NonNegativeFloat, gradual: bool = False) -> Treated:
    """weight: b, of the loss on turned samples; gradual: b / a at the start, from where both follow training."""
    return Gradual(recipe, weight) if gradual else Remul(recipe, (1.0, weight))
