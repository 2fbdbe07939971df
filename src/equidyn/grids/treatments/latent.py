"""latent: weight ||rho(g) E(x) - E(g x)||^2 (mean square), E a hidden layer, rho an action that is declared for it.

Ali, Lio, Vicary 2025 (arXiv 2506.08244): the answer to the turned sample is trained on, too, as half of the loss of the
first step of a rollout. With weight 0 that augmentation is left, which the method must be held against.
"""

from typing import Any, Literal

import torch

from equidyn.core.models.network import Network
from equidyn.core.params.types import NonNegativeFloat
from equidyn.grids.task import GridBatch, GridRecipe, turned
from equidyn.grids.treatments.treated import Treated
from equidyn.symmetry.fields import FieldType

NEEDS = ("hidden",)


class Watched:
    """A network whose first answer leaves `hidden`, what its last layer was given."""

    def __init__(self, network: Network) -> None:
        self.network, self.hidden = network, None

    def __call__(self, *inputs: Any) -> torch.Tensor:
        """The network's answer."""
        answer, hidden = self.network.with_hidden(*inputs)
        if self.hidden is None:
            self.hidden = hidden
        return answer

    def filters(self) -> Any:
        """The network's, of nets that have them."""
        return self.network.filters()


class Latent(Treated):
    """action: "trivial", which turns the grid and leaves channels alone, or "regular" (_moved)."""

    def __init__(self, recipe: GridRecipe, weight: float, action: str) -> None:
        super().__init__(recipe)
        self.weight, self.action = weight, action

    def terms(
        self, network: Network, samples: GridBatch, elements: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The term is the gap of the hidden layer."""
        first = samples.first_step()
        other = first.turned(elements, self.task.inputs, self.task.outputs)
        straight, moved = Watched(network), Watched(network)
        answers, others = self.task.answers(straight, samples), self.task.answers(moved, other)
        loss, half = self.task.error(answers, samples.targets), self.task.error(others, other.targets) / 2
        half = half - self.task.error(samples.begun(answers), first.targets) / 2
        gap = (self._moved(straight.hidden, elements) - moved.hidden).to(loss.dtype).square().mean()
        return loss + half + self.weight * gap, loss, gap

    def _moved(self, hidden: torch.Tensor, elements: torch.Tensor) -> torch.Tensor:
        """rho(g) of a hidden layer: as many regular fields as its channels give, and scalar ones, or these alone."""
        fields, channels = self.task.inputs, hidden.shape[1]
        regular = channels // self.order if self.action == "regular" else 0
        kinds = [fields.of("regular", regular), fields.of("scalar", channels - regular * self.order)]
        parts = zip(hidden.split([kind.channels for kind in kinds], dim=1), kinds, strict=True)
        return torch.cat([turned(part, elements, kind) for part, kind in parts if kind.channels], dim=1)


def treat(recipe: GridRecipe, *, weight: NonNegativeFloat, action: Literal["trivial", "regular"] = "regular") -> Latent:
    """weight: of the hidden layer's gap; action: on its channels."""
    return Latent(recipe, weight, action)


def suits(network: Network, inputs: FieldType, *, weight: float, action: str) -> None:
    """Raise ValueError, with the key, for a network without a hidden layer, or with one too narrow for the action."""
    if not hasattr(network, "with_hidden") or len(network.layers) < 2:
        raise ValueError("by = 'latent': the network has no hidden layer; take two or more layers")
    channels = network.layers[-1].inputs.channels
    if action == "regular" and channels < inputs.order:
        raise ValueError(
            f"options.action = 'regular': needs {inputs.order} channels in the last hidden layer, one for each element "
            f"of the group; the network has {channels}: widen it, or take action: trivial"
        )
