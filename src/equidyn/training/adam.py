"""Adam (Kingma, Ba 2014, arXiv 1412.6980): torch's own arithmetic, with the moments kept here.

torch.optim.Adam gives the same numbers (a test holds the two together), but its first use loads torch's compiler, which
nothing here uses: 800 modules and more than a second for each of a study's many short jobs.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch.optim.adam import adam

from equidyn.params.training import Training


class Adam:
    """Updates `parameters` in place from their gradients; the L2 penalty is added to the gradient, as in [W22]."""

    def __init__(self, parameters: Iterable[torch.nn.Parameter], training: Training) -> None:
        self.parameters = list(parameters)
        self.betas, self.weight_decay = training.betas, training.weight_decay
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = [torch.zeros((), device=parameter.device) for parameter in self.parameters]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update of every parameter."""
        adam(
            self.parameters,
            [parameter.grad for parameter in self.parameters],
            self.means,
            self.squares,
            [],
            self.steps,
            fused=True,
            amsgrad=False,
            beta1=self.betas[0],
            beta2=self.betas[1],
            lr=learning_rate,
            weight_decay=self.weight_decay,
            eps=1e-8,
            maximize=False,
        )

    def state_dict(self) -> dict[str, Any]:
        """The moments and step counts, in the order of the parameters."""
        return {"means": self.means, "squares": self.squares, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        for name, saved in state.items():
            for tensor, value in zip(getattr(self, name), saved, strict=True):
                tensor.copy_(value)
