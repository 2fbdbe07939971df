"""Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon): momentum, orthogonalised, for weights that are
matrices; everything else is Adam's.

A weight of more than two axes is taken as (outputs, all the rest). As torch.optim.Muon, in the weights' own precision
rather than in bfloat16, and without loading torch's compiler (adam.py).
"""

from collections.abc import Iterable
from typing import Any

import torch

from equidyn.core.params.training import Training
from equidyn.core.training.adam import Adam

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of a polynomial that takes singular values in (0, 1] to about 1
ITERATIONS = 5


class Muon:
    """Updates `parameters` in place from their gradients.

    Weight decay shrinks matrices by the learning rate times it, apart from the gradient, since of that only the
    direction is kept.
    """

    def __init__(self, parameters: Iterable[torch.nn.Parameter], training: Training) -> None:
        everything = list(parameters)
        self.matrices = [parameter for parameter in everything if parameter.dim() > 1]
        rest = [parameter for parameter in everything if parameter.dim() <= 1]
        self.adam = Adam(rest, training) if rest else None
        self.weight_decay = training.weight_decay
        self.momenta = [torch.zeros_like(parameter) for parameter in self.matrices]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in (*self.matrices, *(self.adam.parameters if self.adam else ())):
            parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update of every parameter, by Nesterov's momentum."""
        for weight, momentum in zip(self.matrices, self.momenta, strict=True):
            momentum.lerp_(weight.grad, 1 - MOMENTUM)
            update = orthogonalised(weight.grad.lerp(momentum, MOMENTUM).flatten(1))
            rows, columns = update.shape
            weight.mul_(1 - learning_rate * self.weight_decay)
            weight.add_(update.view_as(weight), alpha=-learning_rate * max(1, rows / columns) ** 0.5)
        if self.adam:
            self.adam.step(learning_rate)

    def state_dict(self) -> dict[str, Any]:
        """The momenta, in the order of the matrices, and what Adam keeps of the others."""
        return {"momenta": self.momenta, "adam": self.adam.state_dict() if self.adam else {}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        for tensor, value in zip(self.momenta, state["momenta"], strict=True):
            tensor.copy_(value)
        if self.adam:
            self.adam.load_state_dict(state["adam"])


def orthogonalised(matrix: torch.Tensor) -> torch.Tensor:
    """U p(S) V^T of matrix / ||matrix|| = U S V^T, (rows, columns), with all of p(S) between about 0.7 and 1.2.

    By Newton-Schulz iterations, on the side with fewer rows; 0 stays 0.
    """
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    wide = wide / wide.norm().clamp(min=1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = wide @ wide.T
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    return wide.T if matrix.shape[0] > matrix.shape[1] else wide
