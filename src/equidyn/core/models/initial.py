"""Initial weights, the same rule for every family, so that families start with signals of the same size."""

import torch


def uniform_fan_in(shape: tuple[int, ...], fan_in: float) -> torch.Tensor:
    """Uniform in +-1/sqrt(fan_in): torch's own default for convolutions, with the fan-in of the expanded kernel."""
    bound = fan_in**-0.5
    return torch.empty(shape).uniform_(-bound, bound)
