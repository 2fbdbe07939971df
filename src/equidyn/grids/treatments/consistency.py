"""consistency: symmetry as a penalty in the loss of a net that need not obey it; no label is in it.

The mean square of g^-1 f(g x) - f(x), one g other than the identity for all samples of a batch, at the first step of a
rollout: one forward pass more. It is the quantity by which REMUL (remul.py) is evaluated, not what REMUL minimises.
"""

from dataclasses import replace

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.types import NonNegativeFloat
from equidyn.grids.task import GridBatch, GridRecipe, GridTask
from equidyn.grids.treatments.treated import Treated


class Consistency(Treated):
    """loss + weight * broken symmetry."""

    def __init__(self, recipe: GridRecipe, weight: float) -> None:
        super().__init__(recipe)
        self.weight = weight

    def drawn(self, count: int, draws: torch.Generator) -> torch.Tensor:
        """The same element, not the identity, for all."""
        return torch.randint(1, self.order, (1,), generator=draws).expand(count)

    def terms(
        self, network: Network, samples: GridBatch, elements: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The term is the broken symmetry of the first step."""
        answers = self.task.answers(network, samples)
        loss = self.task.error(answers, samples.targets)
        broken = broken_symmetry(self.task, network, samples.first_step(), samples.begun(answers), int(elements[0]))
        return loss + self.weight * broken, loss, broken


def broken_symmetry(
    task: GridTask, network: Network, samples: GridBatch, answers: torch.Tensor, element: int
) -> torch.Tensor:
    """Mean square of g^-1 f(g x) - f(x), g the element; differentiable; in the unit of the fields, squared.

    samples: x with its targets; answers: f(x), in the shape of the targets.
    """
    moved = task.answers(network, replace(samples, inputs=task.inputs.act(samples.inputs, element)))
    return (task.outputs.act(moved, task.outputs.inverse(element)) - answers).square().mean()


def treat(recipe: GridRecipe, *, weight: NonNegativeFloat) -> Consistency:
    """weight: of the broken symmetry, beside the loss."""
    return Consistency(recipe, weight)
