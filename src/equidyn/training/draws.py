"""Which samples an epoch trains on: drawn from the run's seed and the epoch alone."""

import math

import torch


def generator_of(seed: int, epoch: int) -> torch.Generator:
    """The epoch's own random numbers."""
    return torch.Generator().manual_seed(seed * 1_000_003 + epoch)


def passes(count: int, wanted: int, generator: torch.Generator) -> torch.Tensor:
    """Indices of `wanted` out of `count` samples, in as many shuffled passes over all of them as it takes."""
    order = torch.cat([torch.randperm(count, generator=generator) for _ in range(math.ceil(wanted / count))])
    return order[:wanted]
