"""REMUL with weights that follow training: GradNorm (Chen et al. 2018, arXiv 1711.02257) on (a, b).

Each loss should pull on the last layer as hard as the other, but for one that falls slower than it, which should pull
harder. The constants are those of a reproduction of REMUL; the paper's own could not be read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from equidyn.core.models.network import Network
from equidyn.grids.task import GridBatch, GridRecipe
from equidyn.grids.treatments.treated import Treated

POWER, RATE, FLOOR = 1.5, 0.025, 1e-3  # of the relative rates; of the weights' descent; below which no weight falls


class Gradual(Treated):
    """a L(f(x), y) + b L(f(g x), g y), each with a forward pass, and statistics of norms, of its own.

    memory: weights (a, b), with the sum 2; of the last step the losses and the squared norms of the gradients of the
    weighted losses, with which the weights move before the next; and the losses of the first step.
    """

    def __init__(self, recipe: GridRecipe, weight: float) -> None:
        super().__init__(recipe)
        start = torch.tensor([1.0, weight], dtype=torch.float64).clamp(min=FLOOR)
        zeros = {name: torch.zeros(2, dtype=torch.float64) for name in ("first", "losses", "squares")}
        self.memory = {"weights": 2 * start / start.sum(), **zeros}

    def recorded(self, means: Sequence[float] | None) -> dict[str, float | None]:
        """With the weights at the end of the epoch."""
        first, second = self.memory["weights"].tolist()
        return super().recorded(means) | {"weight_a": first, "weight_b": second}

    def terms(
        self, network: Network, samples: GridBatch, elements: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The term is the loss on the turned samples. Weights move only where gradients are taken."""
        if torch.is_grad_enabled():
            self._balance()
        parts = samples, samples.turned(elements, self.task.inputs, self.task.outputs)
        losses = [self._loss(network, part, place) for place, part in enumerate(parts)]
        if torch.is_grad_enabled():
            self.memory["losses"].copy_(torch.stack(losses).detach())
        first, second = self.memory["weights"].tolist()
        return first * losses[0] + second * losses[1], *losses

    def _loss(self, network: Network, samples: GridBatch, place: int) -> torch.Tensor:
        with self._felt(network, place):
            return self.task.loss(network, samples)

    @contextmanager
    def _felt(self, network: Network, place: int) -> Iterator[None]:
        """Within, the last layer works with second names of its weights, whose gradients `squares` is told."""
        replaced = [
            (module._parameters, name, weight)
            for module in network.layers[-1].modules()
            for name, weight in module._parameters.items()
            if weight is not None and weight.dim() > 1 and torch.is_grad_enabled()
        ]
        try:
            for holder, name, weight in replaced:
                holder[name] = weight.view_as(weight)
                holder[name].register_hook(lambda gradient: self._note(gradient, place))
            yield
        finally:
            for holder, name, weight in replaced:
                holder[name] = weight

    def _note(self, gradient: torch.Tensor, place: int) -> None:
        self.memory["squares"][place] += gradient.square().sum().item()

    def _balance(self) -> None:
        """Move the weights by what the last step has left, if there was one."""
        weights, first, losses, squares = (self.memory[name] for name in ("weights", "first", "losses", "squares"))
        if not squares.all():
            return
        if not first.any():
            first.copy_(losses)
        weights.copy_(balanced(weights, squares.sqrt(), losses / first))
        squares.zero_()


def balanced(weights: torch.Tensor, norms: torch.Tensor, progress: torch.Tensor) -> torch.Tensor:
    """Weights (loss,) after a step down sum |norm - target|, with the same sum.

    norms: of the gradient of each weighted loss; progress: losses as shares of the first. Targets are the mean norm
    times the progress relative to its mean, to POWER.
    """
    targets = norms.mean() * (progress / progress.mean()) ** POWER
    moved = weights - RATE * norms / weights * (norms - targets).sign()
    moved = moved.clamp(min=FLOOR)
    return moved * weights.sum() / moved.sum()
