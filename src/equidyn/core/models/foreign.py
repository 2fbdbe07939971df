"""A network of the user's own that is any torch module: what training and measures ask of a Network, it then answers.

It imposes nothing that is known here, unless it says so: a module with `strict = True` is checked as strict.
"""

import math
from typing import Any

import torch
from torch import nn

from equidyn.core.errors import EquidynError
from equidyn.core.models.network import Network


class Foreign(Network):
    """module: what is trained. layers: none that measures of single layers could look into."""

    layers = ()

    def __init__(self, module: nn.Module, example: torch.Tensor, axes: int) -> None:
        """example: a batch of inputs; axes: how many of its last ones are a grid's."""
        super().__init__()
        self.module, self.strict = module, bool(getattr(module, "strict", False))
        self._example, self._axes = example.shape, axes

    def forward(self, values: torch.Tensor, filters: Any = None) -> torch.Tensor:
        """The module's answer."""
        return self.module(values)

    def filters(self) -> None:
        """Nothing that a rollout could compute once for all of its steps."""

    def activations(self, values: torch.Tensor) -> dict[str, torch.Tensor]:
        """Raises EquidynError: only a Network can name them."""
        raise EquidynError(
            f"{type(self.module).__name__} names no activations, at which a measure of single layers looks; "
            "leave that measure out, or derive the model from equidyn.core.models.network.Network"
        )

    def multiply_adds(self) -> int:
        """Those of products, convolutions and attention, as torch counts them on the example; rounded up."""
        from torch.utils.flop_counter import FlopCounterMode

        weight = next(self.module.parameters(), torch.empty(()))
        was_training = self.module.training
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            self.module.eval()(torch.zeros(self._example, dtype=weight.dtype, device=weight.device))
        self.module.train(was_training)
        places = self._example[0] * math.prod(self._example[len(self._example) - self._axes :])
        return math.ceil(counter.get_total_flops() / 2 / places)


def as_network(built: Any, inputs: Any, axes: int, name: str) -> Network:
    """What build() of model `name` returned, as a Network; raises EquidynError if it is no module of torch."""
    if isinstance(built, Network):
        return built
    if not isinstance(built, nn.Module):
        raise EquidynError(f"model {name}: build() returned {type(built).__name__}, not a torch.nn.Module")
    return Foreign(built, torch.empty(next(iter(inputs.example_shapes().values()))), axes)
