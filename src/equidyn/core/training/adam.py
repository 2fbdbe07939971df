"""Adam (Kingma, Ba 2014, arXiv 1412.6980): torch's own arithmetic, with the moments kept here.

torch.optim.Adam gives the same numbers (a test holds the two together), but its first use loads torch's compiler, which
nothing here uses: 800 modules and more than a second for each of a study's many short jobs. What it calls in the end is
called here at once, with one count of steps for all parameters: for small networks its checks take longer.
"""

from collections.abc import Iterable
from typing import Any

import torch

from equidyn.core.params.training import Training


class Adam:
    """Updates `parameters` in place from their gradients; the L2 penalty is added to the gradient, as in [W22]."""

    def __init__(self, parameters: Iterable[torch.nn.Parameter], training: Training) -> None:
        self.parameters = list(parameters)
        self.betas, self.weight_decay = training.betas, training.weight_decay
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.count = torch.zeros((), device=self.parameters[0].device)

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update of every parameter."""
        self.count += 1
        torch._fused_adam_(
            self.parameters,
            [parameter.grad for parameter in self.parameters],
            self.means,
            self.squares,
            [],
            [self.count] * len(self.parameters),
            lr=learning_rate,
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=self.weight_decay,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )

    def state_dict(self) -> dict[str, Any]:
        """The moments, in the order of the parameters, and the number of steps."""
        return {"means": self.means, "squares": self.squares, "count": [self.count]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        for tensors, saved in ((self.means, "means"), (self.squares, "squares"), ([self.count], "count")):
            for tensor, value in zip(tensors, state[saved], strict=True):
                tensor.copy_(value)
